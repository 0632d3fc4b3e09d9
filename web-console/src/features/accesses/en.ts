const en = {
  title: "Declared access",
  description:
    "For a stated reason a platform administrator may read in a tenant for an hour, and change nothing. Both audits say who, when and why, and the tenant's owner sees it.",
  declare: "Declare access",
  newTitle: "Declare access to a tenant",
  tenant: "Tenant",
  tenantHint: "Begin to type its name.",
  reason: "Reason",
  reasonHint: "At least ten characters. The tenant's owner reads it, and it stands in both audits.",
  reasonPlaceholder: "Ticket 4711: the owner cannot find out why a sign-in fails",
  reasonShort: "State a reason of at least ten characters.",
  tenantMissing: "Choose a tenant.",
  effect:
    "Reading only, for one hour. Users, applications, keys, roles and the audit of the tenant open to this account alone; nothing can be changed there, and no secret is ever shown.",
  who: "Who looks",
  declared: "Declared",
  ends: "Ends",
  end: "End",
  ended: "The access has ended.",
  endTitle: "End the access to {{tenant}}?",
  endText: "{{name}} sees nothing of the tenant any more, from the next request on.",
  open: "Open",
  emptyTitle: "Nobody looks into a tenant now",
  emptyHint:
    "An access is declared for an hour and ends by itself. Those that have ended stand in the audit.",
  tenantTitle: "Declared access",
  tenantDescription:
    "Administrators of the platform who may read in this tenant now. They change nothing and see no secret. The audit keeps every access, also those that have ended.",
  tenantEmptyTitle: "Nobody from outside looks in",
  tenantEmptyHint:
    "Administrators of the platform see nothing of this tenant unless they declare an access with a reason.",
  inAudit: "Accesses in the audit",
  banner: "{{name}} looks into {{tenant}} by a declared access, reading only, until {{until}}.",
  bannerReason: "Reason: {{reason}}",
  endNow: "End now",
  closedTitle: "This tenant is closed to you",
  closedText:
    "{{name}} administers the platform and holds no role in {{tenant}}. Declare an access to read in it for an hour; its owner will see that, and the reason.",
  back: "Back to the platform",
};

export type Catalogue = typeof en;
export default en;
