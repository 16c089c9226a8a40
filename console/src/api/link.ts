/** The one-time link's token, taken out of the address before anything else reads or redirects it. */

/** Takes the token, so that it stays neither in the address nor in the history. */
function takeToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("link");
  if (token !== null) {
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }
  return token;
}

let waiting = takeToken();

/** Hands the token out once: a second use would fail. */
export function takeLink(): string | null {
  const token = waiting ?? takeToken();
  waiting = null;
  return token;
}
