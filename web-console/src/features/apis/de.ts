import type { Catalogue } from "./en";

const de: Catalogue = {
  search: "Kennung, Name oder Scope",
  taken: "Eine API mit dieser Kennung gibt es schon.",
  title: "APIs und Scopes",
  description:
    "Die APIs, für die Anwendungen Access Tokens bekommen. Jede ist ein Empfänger mit eigenen Scopes; Personen werden mit den Worten ihrer Beschreibungen gefragt.",
  add: "API anlegen",
  name: "Name",
  identifier: "Kennung",
  identifierHint:
    "Eine absolute URI, die die API in ihren Tokens nennt (aud), etwa https://api.example. Sie ändert sich später nicht.",
  scopes: "Scopes",
  scopesHint: "Wonach eine Anwendung bei dieser API fragen darf.",
  scope: "Scope",
  scopeDescription: "Was Personen lesen, wenn sie gefragt werden",
  addScope: "Scope hinzufügen",
  noScopes: "Noch keine Scopes. Ein Token für diese API sagt dann nur, für wen es ist.",
  emptyTitle: "Noch keine APIs",
  emptyHint:
    "Legen Sie die API an, die Ihre Anwendungen aufrufen; dann können sie nach Tokens fragen, die sie annimmt.",
  newTitle: "API anlegen",
  saved: "{{name}} ist gespeichert.",
  builtIn: "eingebaut",
  builtInHint: "Die Verwaltung von OpenTrusty selbst. Sie lässt sich nicht ändern.",
  remove: "Löschen",
  removeTitle: "{{name}} löschen?",
  removeText:
    "Anwendungen können nicht mehr nach ihren Scopes fragen. Schon ausgestellte Tokens laufen von selbst ab. Das lässt sich nicht rückgängig machen.",
  removed: "{{name}} ist gelöscht.",
};

export default de;
