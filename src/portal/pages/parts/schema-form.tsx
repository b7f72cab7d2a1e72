import { useState } from 'preact/hooks'
import { Field } from './basics.tsx'
import type { Parameter } from './schema.ts'

type Given = { parameters: Parameter[]; values: Record<string, string>; onChange: (values: Record<string, string>) => void }

/** A form made of what a runbook declares; it says what is wrong while one types. */
export function SchemaForm({ parameters, values, onChange }: Given) {
	if (parameters.length === 0) return <p class="weak">This runbook has no parameters.</p>
	return (
		<fieldset>
			<legend>Parameters</legend>
			{parameters.map((parameter) => (
				<ParameterField
					key={parameter.name}
					parameter={parameter}
					text={values[parameter.name] ?? ''}
					onText={(text) => onChange({ ...values, [parameter.name]: text })}
				/>
			))}
		</fieldset>
	)
}

function ParameterField({ parameter, text, onText }: { parameter: Parameter; text: string; onText: (text: string) => void }) {
	const [isTouched, setTouched] = useState(false)
	const { name, kind, isMandatory, hint, defaultText, choices, check } = parameter
	const fault = isTouched || text !== '' ? check(text) : undefined
	const options = kind === 'boolean' ? ['true', 'false'] : choices
	return (
		<Field label={name} isMandatory={isMandatory} hint={hint} fault={fault}>
			{(attributes) => {
				const shared = { ...attributes, name, value: text, onBlur: () => setTouched(true) }
				const placeholder = defaultText && `Default: ${defaultText}`
				if (options.length > 0)
					return (
						<select {...shared} onChange={(event) => onText(event.currentTarget.value)}>
							<option value="">{defaultText ? placeholder : ''}</option>
							{options.map((option) => (
								<option key={option}>{option}</option>
							))}
						</select>
					)
				const onInput = (event: { currentTarget: { value: string } }) => onText(event.currentTarget.value)
				if (kind === 'json') return <textarea {...shared} rows={3} spellcheck={false} placeholder={placeholder} onInput={onInput} />
				return <input {...shared} inputMode={kind === 'number' ? 'decimal' : 'text'} placeholder={placeholder} onInput={onInput} />
			}}
		</Field>
	)
}
