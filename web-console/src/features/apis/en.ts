const en = {
  search: "Identifier, name or scope",
  taken: "There is an API with this identifier already.",
  title: "APIs and scopes",
  description:
    "The APIs that applications get access tokens for. Each is an audience with scopes of its own; people are asked in the words of their descriptions.",
  add: "Add API",
  name: "Name",
  identifier: "Identifier",
  identifierHint:
    "An absolute URI that names the API in its tokens (aud), such as https://api.example. It does not change later.",
  scopes: "Scopes",
  scopesHint: "What an application may ask for at this API.",
  scope: "Scope",
  scopeDescription: "What people read when they are asked",
  addScope: "Add scope",
  noScopes: "No scopes yet. A token for this API then says only who it is for.",
  emptyTitle: "No APIs yet",
  emptyHint: "Add the API that your applications call, and they can ask for tokens that it accepts.",
  newTitle: "Add an API",
  saved: "{{name}} is saved.",
  builtIn: "built in",
  builtInHint: "OpenTrusty's own administration. It cannot be changed.",
  remove: "Delete",
  removeTitle: "Delete {{name}}?",
  removeText:
    "Applications can no longer ask for its scopes. Tokens already issued run out by themselves. This cannot be undone.",
  removed: "{{name}} is deleted.",
};

export type Catalogue = typeof en;
export default en;
