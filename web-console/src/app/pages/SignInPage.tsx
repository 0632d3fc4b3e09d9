/** Which tenant to sign in to: by its name, a link (`?tenant=`), or an issuer (`?iss=`, OpenID Connect Core 1.0 §4). */
import { Alert, Button, Center, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { tenantMeant } from "@/shared/api/issuer";
import { beginSignIn, ownPath } from "@/shared/auth/flow";
import { lastTenant } from "@/shared/auth/session";
import { Failed } from "@/shared/ui/states";
import { Logo } from "../shell/Logo";

export function SignInPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/sign-in" });
  useDocumentTitle("OpenTrusty");
  const [name, setName] = useState(search.tenant ?? search.iss ?? lastTenant() ?? "");
  const [state, setState] = useState<{ busy: boolean; invalid?: boolean; error?: unknown }>({ busy: false });
  const submit = async () => {
    setState({ busy: true });
    try {
      const tenant = await tenantMeant(name);
      if (!tenant) return setState({ busy: false, invalid: true });
      await beginSignIn(tenant, ownPath(search.return_to ?? "/"), { loginHint: search.login_hint });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <Center mih="100dvh" component="main" p="md">
      <Paper withBorder p="xl" w={440} maw="100%">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <Stack>
            <Logo />
            <Title order={1} size="h3">
              {t("auth.chooseTenant")}
            </Title>
            {search.signed_out && (
              <Alert color="green" role="status">
                {t("auth.signedOut")}
              </Alert>
            )}
            {search.error && (
              <Alert color="red" title={t("auth.refused")} role="alert">
                <Text size="sm">{search.error_description ?? search.error}</Text>
              </Alert>
            )}
            <TextInput
              label={t("auth.tenant")}
              description={t("auth.chooseTenantHint")}
              name="tenant"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={state.invalid ? t("auth.tenantInvalid") : undefined}
              autoComplete="organization"
              autoCapitalize="none"
              spellCheck={false}
              required
              autoFocus
            />
            {state.error !== undefined && <Failed error={state.error} />}
            <Button type="submit" loading={state.busy}>
              {t("auth.continue")}
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
