const en = {
  title: "Keys",
  description:
    "What this tenant signs with. A successor is announced long before it signs, so that every application has fetched it by then; the old key stays published until nothing it signed is valid any more. All this happens by itself.",
  rotate: "Rotate {{alg}}",
  rotated: "A successor for {{alg}} is announced. It signs from {{when}}.",
  retire: "Retire now",
  retireTitle: "Retire this key at once?",
  retireText:
    "For a key that may have leaked. What it signed stops being valid, and applications that have not fetched its successor refuse tokens until they do. This cannot be undone.",
  retired: "The key is retired.",
  jwks: "Published at",
  timeline: "Life of the {{alg}} keys",
  kid: "Key id",
  status: { announced: "Announced", active: "Active", retiring: "Retiring", retired: "Retired" },
  statusText: {
    announced: "Published, signs from {{when}}",
    active: "Signs since {{when}}",
    retiring: "Signs no more since {{when}}; still published",
    retired: "Gone since {{when}}",
  },
  now: "now",
};

export type Catalogue = typeof en;
export default en;
