import { useState } from 'preact/hooks'
import type { Job, Runbook, RunbookItem } from '../answers.ts'
import { ask, askAll, pathOf } from '../api.ts'
import { go, href } from '../route.ts'
import { may } from '../session.ts'
import { Field } from './basics.tsx'
import { Dialog } from './dialog.tsx'
import { useLoaded } from './loaded.ts'
import { givenValues, isComplete, parametersOf } from './schema.ts'
import { SchemaForm } from './schema-form.tsx'

/** Starts a runbook and shows its job. */
async function start(runbook: string, parameters: Record<string, string>): Promise<void> {
	const body = { properties: { runbook: { name: runbook }, parameters } }
	const job = await ask<Job>(pathOf('jobs', newUuid()), { method: 'PUT', body })
	go(href('jobs', job.properties.jobId))
}

/** A UUID; over plain HTTP browsers make none by themselves. */
export function newUuid(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16))
	bytes[6] = (bytes[6]! & 0x0f) | 0x40
	bytes[8] = (bytes[8]! & 0x3f) | 0x80
	const digits = bytes.toHex()
	return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
}

export function StartRunbookButton({ runbook, label = 'Start a runbook' }: { runbook?: string; label?: string }) {
	const [isOpen, setOpen] = useState(false)
	if (!may('jobs/write')) return null
	return (
		<>
			<button type="button" class="primary" onClick={() => setOpen(true)}>
				{label}
			</button>
			{isOpen && <StartDialog runbook={runbook} onClose={() => setOpen(false)} />}
		</>
	)
}

type Given = {
	runbook?: string | undefined
	values?: Record<string, string>
	/** The WebhookData of the job that is run again. */
	call?: string | undefined
	title?: string
	onClose: () => void
}

/** Asks for the parameters of a runbook and starts it. */
export function StartDialog({ runbook, values: first = {}, call, title, onClose }: Given) {
	const [name, setName] = useState(runbook ?? '')
	const [values, setValues] = useState(first)
	const [isCallSent, setCallSent] = useState(true)
	const mayReadRunbooks = may('runbooks/read')
	const read = useLoaded(async () => (mayReadRunbooks && name ? ask<Runbook>(pathOf('runbooks', name)) : undefined), name)
	const parameters = read.value && parametersOf(read.value)
	const isReady = name !== '' && (mayReadRunbooks ? parameters !== undefined && isComplete(parameters, values) : true)
	return (
		<Dialog
			title={title ?? (runbook ? `Start ${runbook}` : 'Start a runbook')}
			action="Start"
			isReady={isReady}
			onClose={onClose}
			onAct={() => start(name, { ...givenValues(values), ...(call !== undefined && isCallSent ? { WebhookData: call } : {}) })}
		>
			{!runbook && <RunbookChoice value={name} onChange={setName} />}
			{parameters && <SchemaForm parameters={parameters} values={values} onChange={setValues} />}
			{read.fault && <p class="message fault">{read.fault}</p>}
			{!mayReadRunbooks && <PlainValues values={values} onChange={setValues} />}
			{call !== undefined && (
				<label class="inline">
					<input type="checkbox" checked={isCallSent} onChange={(event) => setCallSent(event.currentTarget.checked)} />
					With the same WebhookData
				</label>
			)}
		</Dialog>
	)
}

type Choice = { value: string; onChange: (name: string) => void; isOptional?: boolean }

/** One of the runbooks that can be started; a name to type where the role shows none. */
export function RunbookChoice({ value, onChange, isOptional }: Choice) {
	const mayRead = may('runbooks/read')
	const listed = useLoaded(async () => (mayRead ? askAll<RunbookItem>('/runbooks') : []), '')
	return (
		<Field label="Runbook" isMandatory={!isOptional}>
			{(attributes) =>
				mayRead ? (
					<select {...attributes} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
						<option value="">{isOptional ? 'None' : 'Choose…'}</option>
						{listed.value?.map(({ name, properties: { state, fault } }) => (
							<option key={name} value={name} disabled={fault !== undefined || state === 'New'}>
								{name}
								{fault !== undefined && ' (cannot be started)'}
							</option>
						))}
					</select>
				) : (
					<input {...attributes} value={value} onInput={(event) => onChange(event.currentTarget.value)} />
				)
			}
		</Field>
	)
}

/** Values as `name=value` lines, for those whose role shows no runbook. */
function PlainValues({ values, onChange }: { values: Record<string, string>; onChange: (values: Record<string, string>) => void }) {
	const read = (text: string) =>
		Object.fromEntries(
			text
				.split('\n')
				.map((line) => /^\s*([^=\s]+)\s*=(.*)$/.exec(line))
				.flatMap((match) => (match ? [[match[1]!, match[2]!.trim()]] : [])),
		)
	return (
		<Field label="Parameters" hint="A line for each: name=value. Your role does not show what the runbook declares.">
			{(attributes) => (
				<textarea
					{...attributes}
					rows={4}
					defaultValue={Object.entries(values)
						.map(([name, value]) => `${name}=${value}`)
						.join('\n')}
					onInput={(event) => onChange(read(event.currentTarget.value))}
				/>
			)}
		</Field>
	)
}
