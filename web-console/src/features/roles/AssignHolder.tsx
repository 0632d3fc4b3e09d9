/** Gives a role to a person, a group or an application. */
import { Alert, Button, Group, SegmentedControl } from "@mantine/core";
import { Lock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { permissionText, type Role, useLacking } from "@/shared/api/roles";
import { useMay, useTenant } from "@/shared/api/tenant";
import { say, sayFailed } from "@/shared/ui/forms";
import { PersonSelect } from "@/shared/ui/PersonSelect";
import { SearchSelect } from "@/shared/ui/SearchSelect";
import { type PrincipalKind, useFound, useSetHolder } from "./api";

/** What has to be read to choose among them. */
const NEEDS: Record<PrincipalKind, string> = {
  user: "user:read",
  group: "group:read",
  client: "client:read",
};

export function AssignHolder({ role }: { role: Role }) {
  const { t } = useTranslation(["roles", "shared"]);
  const tenant = useTenant();
  const may = useMay();
  const { give } = useSetHolder(tenant, role.name);
  const kinds = (Object.keys(NEEDS) as PrincipalKind[]).filter((kind) => may(NEEDS[kind]));
  const [kind, setKind] = useState<PrincipalKind>(kinds[0] ?? "user");
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const lacking = useLacking()(role.permissions);
  if (lacking.length > 0) {
    return (
      <Alert color="yellow" icon={<Lock />}>
        {t("cannotAssign", { permissions: lacking.map(permissionText).join("; ") })}
      </Alert>
    );
  }
  if (kinds.length === 0) return null;
  const assign = async (id: string) => {
    setBusy(true);
    try {
      await give({ kind, id });
      say(t("shared:roles.assigned", { role: role.name }));
      setChosen(null);
    } catch (error) {
      sayFailed(t("shared:roles.assign"), error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Group gap="xs" align="end">
      <SegmentedControl
        aria-label={t("kind")}
        value={kind}
        onChange={(value) => {
          setKind(value as PrincipalKind);
          setChosen(null);
        }}
        data={kinds.map((value) => ({ value, label: t(`kinds.${value}`) }))}
      />
      {kind === "user" ? (
        <PersonSelect key="user" label={t("shared:people.person")} value={chosen} onChange={setChosen} />
      ) : (
        <Other key={kind} kind={kind} value={chosen} onChange={setChosen} />
      )}
      <Button
        disabled={chosen === null}
        loading={busy}
        onClick={() => chosen !== null && void assign(chosen)}
      >
        {t("shared:roles.assign")}
      </Button>
    </Group>
  );
}

function Other(props: {
  kind: "group" | "client";
  value: string | null;
  onChange: (id: string | null) => void;
}) {
  const { kind, value, onChange } = props;
  const { t } = useTranslation("roles");
  const [search, setSearch] = useState("");
  const options = useFound(useTenant(), kind, search);
  return (
    <SearchSelect
      label={t(`kinds.${kind}`)}
      placeholder={t(`chooseOf.${kind}`)}
      miw={320}
      {...{ options, value, onChange }}
      onSearch={setSearch}
    />
  );
}
