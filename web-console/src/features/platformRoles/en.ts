const en = {
  title: "Platform roles",
  description:
    "Who administers the platform and who may look at how it is. None of these roles opens a tenant: for that an access is declared.",
  roles: {
    platform_admin: {
      name: "Platform administrator",
      text: "Creates, suspends and deletes tenants, approves domains, gives these roles, and may declare an access to a tenant.",
    },
    platform_auditor: {
      name: "Platform auditor",
      text: "Reads the platform's audit, its health and its numbers; changes nothing.",
    },
  },
  holders: "Who is {{role}}",
  nobody: "Nobody holds it",
  nobodyHint: "Give it to a user, a group or a client of any tenant.",
  name: "Name",
  kind: "Kind",
  kinds: { user: "User", group: "Group", client: "Application" },
  kindHints: {
    user: "One person.",
    group: "Everybody who is in the group, as long as they are.",
    client: "A service that acts for itself, by client credentials.",
  },
  ids: { user: "User id", group: "Group id", client: "Client id" },
  userIdHint:
    "You may not see the people of this tenant: ask its owner for the id, which stands on the user's page.",
  home: "Tenant",
  homeHint: "Where they sign in.",
  homeMissing: "Choose a tenant.",
  idMissing: "Say who gets it.",
  person: "Person",
  personHint: "Name, username or email",
  role: "Role",
  since: "Since",
  you: "you",
  give: "Give role",
  giveOne: "Give role: {{role}}",
  newTitle: "Give a platform role",
  given: "{{role}}: given.",
  adminWarning:
    "A platform administrator can give this role to others, take it from you, and delete any tenant. Give it to few, each with an account of their own.",
  take: "End",
  takeFrom: "End: {{name}}",
  takeTitle: "{{name}}: end “{{role}}”?",
  takeText:
    "From the next request on {{name}} may no longer do what this role allows, and their declared accesses are closed.",
  takeOwn: "This is your own account: from the next request on you may no longer do what this role allows.",
  lastStays:
    "The platform always keeps an administrator: the last one's role cannot be ended before somebody else has it.",
  taken: "{{name}} is no longer {{role}}.",
};

export type Catalogue = typeof en;
export default en;
