// Reads pictures: the files that a user chooses, and the sample of the page. It knows no pools.

import type { Picture } from './messages.js';
import boats from './pictures/boats.jpg';

/** A longer side is scaled down to this. A page shows no more, and a phone has little memory. */
const longest = 1600;

/** The size of the picture that ships, so that its place is known before it is loaded. */
export const sampleSize = { width: 640, height: 512 };

/** Loads the picture that ships. */
export async function loadSample(): Promise<Picture> {
  const response = await fetch(boats);
  return { ...(await decode(await response.blob(), 'boats.jpg')), address: boats };
}

/** Decodes a file. Throws an Error for the user if it is no picture. */
export async function decode(file: Blob, name: string): Promise<Picture> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${name} is not a picture that this browser can read.`);
  });
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((size) => Math.max(1, Math.round(size * scale))) as [
    number,
    number,
  ];
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  // Transparent pixels become white, so that three channels are enough.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { name, data: data as Picture['data'], width, height, isScaled: scale < 1 };
}
