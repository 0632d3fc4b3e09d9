/** The fields of a page of settings: to be changed, or only to be read by those who may not change them. */
import type { ReactNode } from "react";
import classes from "./Fields.module.css";

export function Fields({ readOnly, children }: { readOnly: boolean; children: ReactNode }) {
  return (
    <fieldset disabled={readOnly} className={classes.fields}>
      {children}
    </fieldset>
  );
}
