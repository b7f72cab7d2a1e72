import { now } from '../session.ts'
import { Field } from './basics.tsx'

/** The end of the day that was chosen, as the API takes it; undefined where it is no day to come. */
export function readExpiry(day: string): string | undefined {
	const end = Date.parse(`${day}T23:59:59Z`)
	return Number.isNaN(end) || end <= now() ? undefined : new Date(end).toISOString()
}

export function ExpiryField({ value, onChange, hint }: { value: string; onChange: (day: string) => void; hint?: string }) {
	return (
		<Field
			label="Expires"
			isMandatory
			hint={hint ?? 'At the end of this day, UTC.'}
			fault={readExpiry(value) ? undefined : 'Choose a day to come.'}
		>
			{(attributes) => <input {...attributes} type="date" value={value} onInput={(event) => onChange(event.currentTarget.value)} />}
		</Field>
	)
}
