import type { Catalogue } from "./en";

const de: Catalogue = {
  title: "Schlüssel",
  description:
    "Womit diese Organisation unterschreibt. Ein Nachfolger wird lange vorher angekündigt, damit jede Anwendung ihn bis dahin abgeholt hat; der alte Schlüssel bleibt veröffentlicht, bis nichts mehr gilt, was er unterschrieben hat. All das geschieht von selbst.",
  rotate: "{{alg}} erneuern",
  rotated: "Ein Nachfolger für {{alg}} ist angekündigt. Er unterschreibt ab {{when}}.",
  retire: "Sofort zurückziehen",
  retireTitle: "Diesen Schlüssel sofort zurückziehen?",
  retireText:
    "Für einen Schlüssel, der bekannt geworden sein könnte. Was er unterschrieben hat, gilt dann nicht mehr, und Anwendungen, die seinen Nachfolger noch nicht kennen, lehnen Tokens so lange ab. Das lässt sich nicht rückgängig machen.",
  retired: "Der Schlüssel ist zurückgezogen.",
  jwks: "Veröffentlicht unter",
  timeline: "Lebenslauf der Schlüssel für {{alg}}",
  kid: "Schlüssel-ID",
  status: { announced: "Angekündigt", active: "Aktiv", retiring: "Läuft aus", retired: "Zurückgezogen" },
  statusText: {
    announced: "Veröffentlicht, unterschreibt ab {{when}}",
    active: "Unterschreibt seit {{when}}",
    retiring: "Unterschreibt seit {{when}} nicht mehr; noch veröffentlicht",
    retired: "Fort seit {{when}}",
  },
  now: "jetzt",
};

export default de;
