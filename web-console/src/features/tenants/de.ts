import type { Catalogue } from "./en";

const de: Catalogue = {
  title: "Organisationen",
  description:
    "Getrennte Aussteller, jeder mit eigenen Personen, Anwendungen und Schlüsseln. Die Plattform sieht, dass es sie gibt, nicht, was in ihnen ist.",
  add: "Organisation anlegen",
  newTitle: "Organisation anlegen",
  name: "Kurzname",
  nameHint: "Steht in ihrer Adresse und ändert sich nie: Kleinbuchstaben, Ziffern und Bindestriche.",
  displayName: "Name",
  displayNameHint: "Was Personen auf ihren Seiten lesen. Leer: der Kurzname.",
  status: "Status",
  statuses: { active: "Aktiv", suspended: "Ausgesetzt", deleting: "Wird gelöscht", erasing: "Wird entfernt" },
  created: "Seit",
  issuer: "Aussteller",
  emptyTitle: "Noch keine Organisationen",
  emptyHint: "Legen Sie die erste mit ihrem Eigentümer an, der sie dann führt.",
  owner: "Erster Eigentümer",
  username: "Benutzername",
  email: "E-Mail",
  by: "Wie er hereinkommt",
  byInvitation: "Über einen Einladungslink",
  byInvitationHint: "Wird einmal gezeigt und gilt sieben Tage. Der Eigentümer wählt ein Passwort.",
  byPassword: "Mit einem Passwort",
  byPasswordHint: "Wird hier erzeugt und einmal gezeigt.",
  once: "Nur dieses eine Mal gezeigt",
  onceLink: "Geben Sie diesen Link dem Eigentümer. Wer ihn zuerst öffnet, wählt das Passwort.",
  oncePassword: "Geben Sie dieses Passwort dem Eigentümer auf sicherem Weg.",
  link: "Einladungslink",
  password: "Passwort",
  suspend: "Aussetzen",
  resume: "Fortsetzen",
  suspendTitle: "{{name}} aussetzen?",
  suspendText:
    "Innerhalb einer Sekunde kann sich niemand mehr anmelden, und Anwendungen werden abgewiesen, bis sie fortgesetzt wird. Nichts geht verloren.",
  suspended: "{{name}} ist ausgesetzt.",
  resumed: "{{name}} steht wieder bereit.",
  tenant: "Organisation",
  id: "ID",
  updated: "Geändert",
  search: "Name oder Kurzname",
  anyStatus: "Jeder Status",
  lookInside: "Hineinsehen",
  serving: "Betrieb",
  servingHint: "Personen melden sich an, Anwendungen bekommen Token.",
  suspendedHint:
    "Niemand meldet sich an, und Anwendungen werden abgewiesen, bis sie fortgesetzt wird. Nichts geht verloren.",
  domain: "Domain",
  waiting: "wartet",
  approved: "in Gebrauch",
  approve: "Genehmigen",
  refuse: "Ablehnen",
  removeDomain: "Wegnehmen",
  domainsTitle: "Domains",
  domainsDescription:
    "Domains, die Organisationen als eigenen Aussteller beantragt haben. Zu genehmigen, wenn der Name auf die Auth Plane zeigt, ein Zertifikat da ist und die Organisation ihn wirklich nutzen darf.",
  noDomains: "Keine Domain wartet",
  noDomainsHint:
    "Organisationen beantragen eine eigene Domain in ihren Einstellungen. Dann erscheint sie hier.",
  issuerNow: "Jetziger Aussteller",
  domainTitle: {
    approve: "{{domain}} genehmigen?",
    refuse: "{{domain}} ablehnen?",
    remove: "{{domain}} wegnehmen?",
  },
  domainAction: { approve: "Genehmigen", refuse: "Ablehnen", remove: "Wegnehmen" },
  domainText: {
    approve:
      "Innerhalb einer Sekunde ist {{domain}} der Aussteller von {{name}}: Dokumente und Token nennen ihn. Anwendungen, die den jetzigen kennen, müssen es erfahren.",
    refuse: "{{name}} behält den jetzigen Aussteller und kann erneut fragen.",
    remove:
      "Innerhalb einer Sekunde liegt der Aussteller von {{name}} wieder unter der Adresse der Auth Plane. Anwendungen, die {{domain}} kennen, müssen es erfahren.",
  },
  domainDone: {
    approve: "{{domain}} ist der Aussteller von {{name}}.",
    refuse: "{{domain}} ist abgelehnt.",
    remove: "{{domain}} ist weggenommen.",
  },
  deletion: "Löschung",
  deletionHint:
    "Innerhalb einer Sekunde ist sie außer Betrieb. Eine Weile lässt sie sich wiederherstellen; dann wird alles in ihr endgültig entfernt.",
  delete: "Löschen",
  deleteTitle: "{{name}} löschen?",
  deleteNow:
    "Innerhalb einer Sekunde kann sich niemand mehr anmelden, Anwendungen werden abgewiesen, und alle Sitzungen enden. Benutzer, Anwendungen, Schlüssel, Einstellungen und Protokoll bleiben bis zum Ende der Frist.",
  grace: "Wiederherstellbar für",
  graceHint: "Danach führt kein Weg zurück.",
  days_one: "{{count}} Tag",
  days_other: "{{count}} Tage",
  deleteAfter:
    "Am {{when}} wird alles in ihr entfernt, und der Kurzname ist frei. Das lässt sich nicht rückgängig machen.",
  deleteType: "Zur Bestätigung {{name}} eingeben",
  deleted: "{{name}} ist gelöscht.",
  deletingTitle: "Gelöscht: wird {{when}} entfernt",
  deletingText:
    "Sie ist außer Betrieb. Bis {{when}} lässt sie sich wiederherstellen; dann wird alles in ihr entfernt, und kein Weg führt zurück.",
  restore: "Wiederherstellen",
  restored: "{{name}} ist wieder da wie zuvor.",
  erasingTitle: "Sie wird entfernt",
  erasingText_one:
    "Kein Weg führt zurück. {{shown}} Datensatz ist schon entfernt; die Seite zeigt den Stand.",
  erasingText_other:
    "Kein Weg führt zurück. {{shown}} Datensätze sind schon entfernt; die Seite zeigt den Stand.",
};

export default de;
