// Brings a part of the page to what the server now says and leaves the rest of it alone: focus, typed text and
// what a person opened stay. Children with an id or data-key are found again wherever they moved to.

const keyOf = (node) => node.id || node.dataset?.key || "";

const alike = (old, next) => old.nodeType === next.nodeType && old.nodeName === next.nodeName;

function attributes(old, next) {
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    const opened = name === "open" && old.nodeName === "DETAILS";
    if (!next.hasAttribute(name) && !opened) old.removeAttribute(name);
  }
}

function children(old, next) {
  const known = new Map();
  for (const child of old.children) if (keyOf(child)) known.set(keyOf(child), child);
  let at = old.firstChild;
  for (const wanted of [...next.childNodes]) {
    const key = keyOf(wanted);
    const found = key ? known.get(key) : at && !keyOf(at) && alike(at, wanted) ? at : null;
    if (!found || !alike(found, wanted)) {
      old.insertBefore(wanted, at);
      continue;
    }
    if (found === at) at = at.nextSibling;
    else old.insertBefore(found, at);
    morph(found, wanted);
  }
  while (at) {
    const rest = at.nextSibling;
    at.remove();
    at = rest;
  }
}

/** Makes {@code old} like {@code next}, which is used up. */
export function morph(old, next) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
    return;
  }
  attributes(old, next);
  // What a script draws is not the server's to change.
  if (!old.hasAttribute("data-keep")) children(old, next);
}
