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
  since: "Seit {{when}}",
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
};

export default de;
