/** How often passwords may be guessed: for an account, from a network, in the whole tenant. */
import { Group, NumberInput, Stack, Switch, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Section } from "./Section";
import { type AllBounds, numbersOf, type SecurityForm, type SecurityValues } from "./security";

type Whose = keyof SecurityValues["throttling"];
type Rate = NonNullable<SecurityValues["throttling"][Whose]>;

/** Where a rate of one's own begins: what a deployment has that has not said otherwise. */
const BEGIN: Record<Whose, Rate> = {
  account: { burst: 10, per_minute: 2 },
  network: { burst: 100, per_minute: 60 },
  tenant: { burst: 1000, per_minute: 1200 },
};

export function ThrottlingSection({ form, bounds }: { form: SecurityForm; bounds: AllBounds }) {
  const { t } = useTranslation("settings");
  return (
    <Section title={t("throttling.title")} hint={t("throttling.hint")}>
      {(["account", "network", "tenant"] as const).map((whose) => (
        <RateFields key={whose} whose={whose} form={form} bounds={bounds} />
      ))}
    </Section>
  );
}

function RateFields({ whose, form, bounds }: { whose: Whose; form: SecurityForm; bounds: AllBounds }) {
  const { t } = useTranslation("settings");
  const rate = form.getValues().throttling[whose];
  const set = (next: Rate | null) => form.setFieldValue(`throttling.${whose}`, next);
  return (
    <Stack gap="xs">
      <Switch
        label={t(`throttling.${whose}`)}
        description={rate ? t("throttling.own") : t("throttling.deployments")}
        checked={rate !== null}
        onChange={(event) => set(event.currentTarget.checked ? BEGIN[whose] : null)}
      />
      {rate && (
        <Group align="start" pl={{ base: 0, sm: 50 }}>
          {(["burst", "per_minute"] as const).map((part) => {
            const path = `throttling.${whose}.${part}`;
            const found = bounds.get(path);
            return (
              <NumberInput
                key={part}
                label={t(`throttling.${part}`)}
                description={found && t("bounds.between", numbersOf(found))}
                allowDecimal={false}
                allowNegative={false}
                w={200}
                {...form.getInputProps(path)}
              />
            );
          })}
        </Group>
      )}
      {typeof rate?.per_minute === "number" && typeof rate.burst === "number" && (
        <Text size="xs" c="dimmed" pl={{ base: 0, sm: 50 }}>
          {t("throttling.said", { burst: rate.burst, rate: rate.per_minute })}
        </Text>
      )}
    </Stack>
  );
}
