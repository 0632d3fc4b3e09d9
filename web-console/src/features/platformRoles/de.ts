import type { Catalogue } from "./en";

const de: Catalogue = {
  title: "Rollen der Plattform",
  description:
    "Wer die Plattform verwaltet und wer ihren Zustand sehen darf. Keine dieser Rollen öffnet eine Organisation: Dafür wird ein Zugriff erklärt.",
  roles: {
    platform_admin: {
      name: "Administrator der Plattform",
      text: "Legt Organisationen an, setzt sie aus und löscht sie, genehmigt Domains, vergibt diese Rollen und darf einen Zugriff auf eine Organisation erklären.",
    },
    platform_auditor: {
      name: "Prüfer der Plattform",
      text: "Liest das Protokoll der Plattform, ihren Zustand und ihre Zahlen; ändert nichts.",
    },
  },
  holders: "Wer {{role}} ist",
  nobody: "Niemand hat sie",
  nobodyHint: "Sie lässt sich einem Benutzer, einer Gruppe oder einer Anwendung jeder Organisation geben.",
  name: "Name",
  kind: "Art",
  kinds: { user: "Benutzer", group: "Gruppe", client: "Anwendung" },
  kindHints: {
    user: "Eine Person.",
    group: "Alle, die in der Gruppe sind, solange sie es sind.",
    client: "Ein Dienst, der für sich selbst handelt (Client Credentials).",
  },
  ids: { user: "ID des Benutzers", group: "ID der Gruppe", client: "Client-ID" },
  userIdHint:
    "Die Personen dieser Organisation sind hier nicht sichtbar: Der Eigentümer kennt die ID, sie steht auf der Seite des Benutzers.",
  home: "Organisation",
  homeHint: "Wo die Anmeldung geschieht.",
  homeMissing: "Bitte eine Organisation wählen.",
  idMissing: "Bitte sagen, wer sie bekommt.",
  person: "Person",
  personHint: "Name, Benutzername oder E-Mail",
  role: "Rolle",
  since: "Seit",
  you: "ich",
  give: "Rolle geben",
  giveOne: "Rolle geben: {{role}}",
  newTitle: "Rolle der Plattform geben",
  given: "{{role}}: vergeben.",
  adminWarning:
    "Ein Administrator der Plattform kann diese Rolle anderen geben, sie auch dem eigenen Konto nehmen und jede Organisation löschen. Nur wenigen geben, jedem mit eigenem Konto.",
  take: "Beenden",
  takeFrom: "Beenden: {{name}}",
  takeTitle: "{{name}}: „{{role}}“ beenden?",
  takeText:
    "Ab der nächsten Anfrage darf {{name}} nicht mehr, was diese Rolle erlaubt, und erklärte Zugriffe sind geschlossen.",
  takeOwn: "Das ist das eigene Konto: Ab der nächsten Anfrage gilt nicht mehr, was diese Rolle erlaubt.",
  lastStays:
    "Die Plattform behält immer einen Administrator: Die Rolle des letzten endet erst, wenn jemand anderes sie hat.",
  taken: "{{name}} ist nicht mehr {{role}}.",
};

export default de;
