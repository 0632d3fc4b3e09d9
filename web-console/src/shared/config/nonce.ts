/** The nonce that the server put into this very document; style elements made later carry it too. */
export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}
