/** The roles that somebody or something holds itself: shown, assigned and ended. Nobody gives or takes what they lack. */
import { Anchor, Badge, Button, Group, Paper, Stack, Text, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Assignment,
  type Permission,
  permissionText,
  type Role,
  roleText,
  useLacking,
  useRoles,
} from "@/shared/api/roles";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { Confirm } from "./Confirm";
import { say, sayFailed } from "./forms";
import { RoleSelect } from "./RoleSelect";

interface Props {
  held: readonly Assignment[];
  give: (role: string) => Promise<unknown>;
  take: (role: string) => Promise<unknown>;
}

export function HeldRoles({ held, give, take }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const roles = useRoles(useTenant());
  const [ending, setEnding] = useState<string>();
  const known = new Map((roles.data?.items ?? []).map((role) => [role.name, role]));
  return (
    <Paper withBorder>
      {held.length === 0 && (
        <Text size="sm" c="dimmed" p="md">
          {t("roles.none")}
        </Text>
      )}
      {held.map((one) => (
        <HeldRole
          key={`${one.scope} ${one.role}`}
          held={one}
          role={known.get(one.role)}
          onEnd={may("role:assign") ? () => setEnding(one.role) : undefined}
        />
      ))}
      {may("role:assign") && <Assign held={held} give={give} />}
      <Confirm
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={t("roles.endTitle", { role: ending })}
        action={t("roles.end")}
        onConfirm={async () => {
          if (ending === undefined) return;
          await take(ending);
          say(t("roles.ended", { role: ending }));
        }}
      >
        {t("roles.endText")}
      </Confirm>
    </Paper>
  );
}

function HeldRole(props: { held: Assignment; role: Role | undefined; onEnd: (() => void) | undefined }) {
  const { held, role, onEnd } = props;
  const { t } = useTranslation();
  const tenant = useTenant();
  const lacking = useLacking()(role?.permissions ?? []);
  const ofPlatform = held.scope === "platform";
  return (
    <Group justify="space-between" wrap="nowrap" p="md" style={{ borderBottom: BORDER }}>
      <Stack gap={2}>
        <Group gap="xs">
          {ofPlatform ? (
            <Text size="sm" fw={500}>
              {held.role}
            </Text>
          ) : (
            <RoleLink tenant={tenant} role={held.role} />
          )}
          {ofPlatform && <Badge color="violet">{t("roles.onPlatform")}</Badge>}
          <Text size="xs" c="dimmed">
            {t("roles.since", { when: formatMoment(held.assigned_at) })}
          </Text>
        </Group>
        {role && (
          <Text size="sm" c="dimmed">
            {roleText(role)}
          </Text>
        )}
      </Stack>
      {onEnd && !ofPlatform && (
        <WhyNot lacking={lacking}>
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            flex="none"
            aria-label={`${t("roles.end")}: ${held.role}`}
            {...(lacking.length > 0 ? { "data-disabled": true, "aria-disabled": true } : { onClick: onEnd })}
          >
            {t("roles.end")}
          </Button>
        </WhyNot>
      )}
    </Group>
  );
}

const BORDER = "1px solid light-dark(var(--mantine-color-gray-2), var(--mantine-color-dark-5))";

/** A role's name, leading to its page. */
export function RoleLink({ tenant, role }: { tenant: string; role: string }) {
  return (
    <Anchor
      size="sm"
      fw={500}
      renderRoot={(props) => <Link {...props} to={`/t/${tenant}/roles/${role}/permissions` as string} />}
    >
      {role}
    </Anchor>
  );
}

/** Says why something cannot be given or taken, where it cannot. */
export function WhyNot(props: { lacking: readonly Permission[]; children: ReactElement }) {
  const { t } = useTranslation();
  const permissions = props.lacking.map(permissionText).join("; ");
  return (
    <Tooltip
      label={t("roles.lacking", { permissions })}
      disabled={props.lacking.length === 0}
      multiline
      maw={360}
    >
      {props.children}
    </Tooltip>
  );
}

function Assign({ held, give }: Pick<Props, "held" | "give">) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const assign = async (role: string) => {
    setBusy(true);
    try {
      await give(role);
      say(t("roles.assigned", { role }));
      setChosen(null);
    } catch (error) {
      sayFailed(t("roles.assign"), error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Group p="md" gap="xs">
      <RoleSelect value={chosen} onChange={setChosen} held={new Set(held.map(({ role }) => role))} />
      <Button
        variant="default"
        disabled={chosen === null}
        loading={busy}
        onClick={() => chosen !== null && void assign(chosen)}
      >
        {t("roles.assign")}
      </Button>
    </Group>
  );
}
