// Next.js needs a page.

export default function Page() {
  return null;
}
