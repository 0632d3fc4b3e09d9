/** A duration as people say it: a number and a unit; whole seconds outside. */
import { Group, Input, NativeSelect, NumberInput } from "@mantine/core";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";

const SECONDS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;
type Unit = keyof typeof SECONDS;
const UNITS = Object.keys(SECONDS) as Unit[];

interface Props {
  label: string;
  description?: ReactNode;
  /** Whole seconds; empty while nothing is typed. */
  value: number | "";
  onChange: (seconds: number | "") => void;
  error?: ReactNode;
}

export function DurationInput({ label, description, value, onChange, error }: Props) {
  const { t } = useTranslation("settings");
  const id = useId();
  const [chosen, setChosen] = useState(() => unitOf(value));
  // A unit that does not divide the seconds, such as after others changed them, gives way.
  const unit = value !== "" && value % SECONDS[chosen] !== 0 ? unitOf(value) : chosen;
  const number = value === "" ? "" : value / SECONDS[unit];
  const choose = (next: Unit) => {
    setChosen(next);
    if (number !== "") onChange(number * SECONDS[next]);
  };
  return (
    <Input.Wrapper
      id={id}
      label={label}
      description={description}
      error={error}
      inputWrapperOrder={["label", "input", "description", "error"]}
    >
      <Group gap={6} wrap="nowrap" my={4}>
        <NumberInput
          id={id}
          value={number}
          onChange={(text) => onChange(text === "" ? "" : Math.round(Number(text) * SECONDS[unit]))}
          error={Boolean(error)}
          aria-describedby={error ? `${id}-error ${id}-description` : `${id}-description`}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          flex={1}
          miw={0}
        />
        <NativeSelect
          aria-label={t("unitOf", { label })}
          value={unit}
          onChange={(event) => choose(event.currentTarget.value as Unit)}
          data={UNITS.map((name) => ({ value: name, label: t(`units.${name}`) }))}
          w={116}
          flex="none"
        />
      </Group>
    </Input.Wrapper>
  );
}

/** The largest unit that says it in whole numbers. */
function unitOf(seconds: number | ""): Unit {
  const fitting = UNITS.filter((unit) => seconds !== "" && seconds > 0 && seconds % SECONDS[unit] === 0);
  return fitting.at(-1) ?? "seconds";
}
