// A plugin of TypeDoc that mends the pages of its theme: the link to the playground, and what screen readers need.
//
// It knows the markup of the theme, and no particular page. Where a rule no longer matches, the test finds the mistake again.

import { posix } from 'node:path';
import { PageEvent } from 'typedoc';

/** What is wrong in each page, and what stands there instead. */
const rules = [
  // The content and the contents of the page are no landmarks, and the navigation has no name.
  ['<div class="col-content">', '<div class="col-content" role="main">'],
  ['<div class="page-menu">', '<div class="page-menu" role="navigation" aria-label="Page">'],
  ['<nav id="tsd-sidebar-links"', '<nav id="tsd-sidebar-links" aria-label="Site"'],
  // The corner of a table heads nothing.
  ['<th></th>', '<td></td>'],
];

export function load({ renderer }) {
  renderer.on(PageEvent.END, (page) => {
    // The theme copies the addresses of `navigationLinks`, from whatever folder a page is in.
    const playground = `${posix.relative(posix.dirname(page.url), '..')}/`;
    page.contents = [...rules, ['href="../"', `href="${playground}"`]]
      .reduce((contents, [wrong, right]) => contents.replaceAll(wrong, right), page.contents)
      // Headings of levels 4 and 5 follow the first heading. Those after one of level 2 or 3 are right.
      .replace(/<h1>.*?(?=<h[23])/s, (start) => start.replace(/(<\/?)h4/g, '$1h2').replace(/(<\/?)h5/g, '$1h3'));
  });
}
