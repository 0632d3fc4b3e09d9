/** The pages that make and change an API. */
import { Button } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { Confirm } from "@/shared/ui/Confirm";
import { say } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { Loaded } from "@/shared/ui/states";
import { ApiForm } from "./ApiForm";
import { useDeleteResource, useResource } from "./api";

export function NewApiPage() {
  const { t } = useTranslation("apis");
  const tenant = useTenant();
  return (
    <Page title={t("newTitle")} crumbs={[{ label: t("title"), to: `/t/${tenant}/apis` }]}>
      <ApiForm />
    </Page>
  );
}

export function ApiPage() {
  const { t } = useTranslation("apis");
  const tenant = useTenant();
  const { identifier } = useParams({ from: "/signed-in/t/$tenant/apis/$identifier" });
  const navigate = useNavigate();
  const resource = useResource(tenant, identifier);
  const remove = useDeleteResource();
  const [asking, setAsking] = useState(false);
  const name = resource.data?.name ?? identifier;
  return (
    <Page
      title={name}
      crumbs={[{ label: t("title"), to: `/t/${tenant}/apis` }]}
      actions={
        <Button color="red" variant="outline" onClick={() => setAsking(true)}>
          {t("remove")}
        </Button>
      }
    >
      <Loaded query={resource}>
        {(found) => <ApiForm key={found.version} resource={found} onReload={() => void resource.refetch()} />}
      </Loaded>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("removeTitle", { name })}
        action={t("remove")}
        onConfirm={async () => {
          await remove.mutateAsync({ params: { path: { tenant, identifier } } });
          say(t("removed", { name }));
          await navigate({ to: "/t/$tenant/apis", params: { tenant } });
        }}
      >
        {t("removeText")}
      </Confirm>
    </Page>
  );
}
