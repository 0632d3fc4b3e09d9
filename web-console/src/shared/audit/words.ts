import { useTranslation } from "react-i18next";
import type { AuditEvent, AuditType } from "./api";

/** An event in words: what happened, who did it, and to what. Ids stand where names are not known. */
export function useEventWords() {
  const { t } = useTranslation("audit");
  return {
    type: (type: AuditType) => t(`types.${keyOf(type)}`, { defaultValue: type }),
    actor: (event: AuditEvent) => event.actor_name ?? event.actor_id ?? t(`actors.${event.actor_kind}`),
    target: (event: AuditEvent) => event.target_name ?? event.target ?? undefined,
    client: (event: AuditEvent) => event.client_name ?? event.client_id ?? undefined,
  };
}

type Key<Type extends string> = Type extends `${infer Noun}.${infer Verb}` ? `${Noun}-${Verb}` : never;

/** Catalogues take dots for levels, so a type stands there as `user-created`. */
export function keyOf(type: AuditType): Key<AuditType> {
  return type.replace(".", "-") as Key<AuditType>;
}

/** The words of every type there is; one that is missing does not compile. */
export type TypeWords = Record<Key<AuditType>, string>;
