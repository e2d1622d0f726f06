// Next.js wants a page.

export default function Page() {
  return null;
}
