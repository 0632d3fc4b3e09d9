import type { Catalogue } from "./en";

const de: Catalogue = {
  title: "Erklärter Zugriff",
  description:
    "Aus einem genannten Grund darf ein Administrator der Plattform eine Stunde lang in einer Organisation lesen und nichts ändern. Beide Protokolle sagen, wer, wann und warum, und der Eigentümer der Organisation sieht es.",
  declare: "Zugriff erklären",
  newTitle: "Zugriff auf eine Organisation erklären",
  tenant: "Organisation",
  tenantHint: "Einfach den Anfang des Namens eingeben.",
  reason: "Grund",
  reasonHint:
    "Mindestens zehn Zeichen. Der Eigentümer der Organisation liest ihn, und er steht in beiden Protokollen.",
  reasonPlaceholder: "Ticket 4711: Der Eigentümer findet nicht heraus, warum eine Anmeldung scheitert",
  reasonShort: "Bitte einen Grund von mindestens zehn Zeichen nennen.",
  tenantMissing: "Bitte eine Organisation wählen.",
  effect:
    "Nur lesen, eine Stunde lang. Benutzer, Anwendungen, Schlüssel, Rollen und Protokoll der Organisation öffnen sich allein diesem Konto; ändern lässt sich dort nichts, und kein Geheimnis wird je gezeigt.",
  who: "Wer hineinsieht",
  declared: "Erklärt",
  ends: "Endet",
  end: "Beenden",
  ended: "Der Zugriff ist beendet.",
  endTitle: "Zugriff auf {{tenant}} beenden?",
  endText: "{{name}} sieht ab der nächsten Anfrage nichts mehr von der Organisation.",
  open: "Öffnen",
  emptyTitle: "Zurzeit sieht niemand in eine Organisation",
  emptyHint: "Ein Zugriff wird für eine Stunde erklärt und endet von selbst. Beendete stehen im Protokoll.",
  tenantTitle: "Erklärter Zugriff",
  tenantDescription:
    "Administratoren der Plattform, die jetzt in dieser Organisation lesen dürfen. Sie ändern nichts und sehen kein Geheimnis. Das Protokoll bewahrt jeden Zugriff, auch die beendeten.",
  tenantEmptyTitle: "Niemand sieht von außen herein",
  tenantEmptyHint:
    "Administratoren der Plattform sehen nichts von dieser Organisation, solange sie keinen Zugriff mit einem Grund erklären.",
  inAudit: "Zugriffe im Protokoll",
  banner: "{{name}} sieht durch einen erklärten Zugriff in {{tenant}}, nur lesend, bis {{until}}.",
  bannerReason: "Grund: {{reason}}",
  endNow: "Jetzt beenden",
  closedTitle: "Diese Organisation ist für Sie geschlossen",
  closedText:
    "{{name}} verwaltet die Plattform und hat in {{tenant}} keine Rolle. Mit einem erklärten Zugriff lässt sich eine Stunde lang darin lesen; der Eigentümer sieht ihn und den Grund.",
  back: "Zurück zur Plattform",
};

export default de;
