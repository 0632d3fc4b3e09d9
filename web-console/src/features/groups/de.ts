import type { Catalogue } from "./en";

const de: Catalogue = {
  title: "Gruppen",
  one: "Gruppe",
  description:
    "Menschen, die zusammengehören. Eine Gruppe bringt Rollen mit: wer beitritt, hat sie, wer austritt, verliert sie.",
  add: "Gruppe anlegen",
  newTitle: "Gruppe anlegen",
  search: "Anfang des Namens",
  name: "Name",
  groupDescription: "Beschreibung",
  groupDescriptionHint: "Wofür die Gruppe da ist, für andere Administratoren.",
  created: "Angelegt",
  emptyTitle: "Noch keine Gruppen",
  emptyHint: "Eine Gruppe gibt vielen auf einmal dieselben Rollen.",
  added: "{{name}} ist angelegt.",
  tabs: {
    label: "Bereiche dieser Gruppe",
    members: "Mitglieder",
    roles: "Rollen",
    settings: "Einstellungen",
  },
  rolesHint: "Jedes Mitglied hat diese Rollen, ab der nächsten Anfrage nach dem Zuweisen.",
  username: "Benutzername",
  email: "E-Mail",
  status: "Status",
  statuses: { active: "Aktiv", disabled: "Gesperrt" },
  joinedAt: "Mitglied seit",
  noMembers: "Niemand ist in dieser Gruppe",
  noMembersHint: "Suchen Sie oben nach Personen, und nehmen Sie sie auf.",
  choosePeople: "Wer aufgenommen wird",
  join: "Aufnehmen",
  joined_one: "{{count}} Person ist jetzt in der Gruppe.",
  joined_other: "{{count}} Personen sind jetzt in der Gruppe.",
  leave: "Entfernen",
  leaveTitle: "{{name}} aus der Gruppe entfernen?",
  leaveText: "Die Rollen, die die Gruppe mitbringt, enden damit bei der nächsten Anfrage.",
  left: "{{name}} ist nicht mehr in der Gruppe.",
  remove: "Löschen",
  removeHint: "Ihre Mitglieder verlieren die Rollen, die sie mitbringt. Die Personen bleiben.",
  removeTitle: "{{name}} löschen?",
  removeText:
    "Ihre Mitglieder verlieren bei der nächsten Anfrage die Rollen, die sie mitbringt. Das lässt sich nicht rückgängig machen.",
  removeType: "Zur Bestätigung {{name}} eingeben",
  removed: "{{name}} ist gelöscht.",
};

export default de;
