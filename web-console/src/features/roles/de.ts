import type { Catalogue } from "./en";

const de: Catalogue = {
  title: "Rollen",
  description:
    "Bündel von Berechtigungen mit einem Namen. Niemand gibt oder nimmt eine Berechtigung, die ihm selbst fehlt.",
  add: "Rolle anlegen",
  view: "Ansicht",
  list: "Liste",
  matrix: "Berechtigungsmatrix",
  name: "Name",
  nameHint: "Kleinbuchstaben, Ziffern, _ und -, mit einem Buchstaben am Anfang. Er bleibt für immer.",
  roleDescription: "Wofür sie ist",
  about: "Betrifft",
  permissions: "Berechtigungen",
  permission: "Berechtigung",
  builtIn: "eingebaut",
  builtInHint: "Jede Organisation hat diese Rolle, so wie sie ist. Eine Kopie lässt sich ändern.",
  all: "Alle",
  youLack: "Das dürfen Sie selbst nicht, also auch nicht weitergeben.",
  newTitle: "Rolle anlegen",
  copyOf: "Sie beginnt als Kopie von {{role}}.",
  copy: "Kopie anlegen",
  added: "{{role}} ist angelegt.",
  parts: "Bereiche dieser Rolle",
  cannotChange:
    "Diese Rolle können Sie nicht ändern: sie erlaubt, was Sie selbst nicht dürfen ({{permissions}}).",
  cannotAssign:
    "Diese Rolle können Sie weder zuweisen noch beenden: sie erlaubt, was Sie selbst nicht dürfen ({{permissions}}).",
  holders: "Wer sie hat",
  holdersHint:
    "Alle, denen sie selbst zugewiesen ist. Mitglieder einer Gruppe mit dieser Rolle haben sie ebenfalls.",
  holder: "Name",
  kind: "Art",
  kinds: { user: "Person", group: "Gruppe", client: "Anwendung" },
  chooseOf: { group: "Anfang des Namens", client: "Name einer Anwendung" },
  since: "Seit",
  noHolders: "Niemand hat diese Rolle",
  noHoldersHint: "Wählen Sie oben jemanden aus, um sie zuzuweisen.",
  remove: "Löschen",
  removeTitle: "{{role}} löschen?",
  removeText:
    "Was die Rolle erlaubt, endet für alle, die sie haben, mit der nächsten Anfrage. Das lässt sich nicht rückgängig machen.",
  removeForce: "Allen nehmen, die sie haben",
  removeType: "Zur Bestätigung {{role}} eingeben",
  removed: "{{role}} ist gelöscht.",
};

export default de;
