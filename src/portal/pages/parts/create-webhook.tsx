import { useState } from 'preact/hooks'
import type { Runbook, Webhook } from '../answers.ts'
import { ask, pathOf } from '../api.ts'
import { now } from '../session.ts'
import { Field } from './basics.tsx'
import { Dialog } from './dialog.tsx'
import { ExpiryField, readExpiry } from './expiry-field.tsx'
import { IssuedUrl } from './issued-url.tsx'
import { useLoaded } from './loaded.ts'
import { givenValues, isComplete, parametersOf } from './schema.ts'
import { SchemaForm } from './schema-form.tsx'
import { RunbookChoice } from './start-runbook.tsx'

const YEAR = 365 * 86_400_000

/** Asks what a webhook is bound to, makes it, and shows its address, this once. */
export function CreateWebhookDialog({ runbook: first = '', onClose }: { runbook?: string; onClose: () => void }) {
	const [issued, setIssued] = useState<Webhook>()
	if (issued) return <IssuedUrl webhook={issued} title="The webhook is created" onClose={onClose} />
	return <BindingDialog first={first} onIssued={setIssued} onClose={onClose} />
}

function BindingDialog({ first, onIssued, onClose }: { first: string; onIssued: (webhook: Webhook) => void; onClose: () => void }) {
	const [name, setName] = useState('')
	const [runbook, setRunbook] = useState(first)
	const [description, setDescription] = useState('')
	const [values, setValues] = useState<Record<string, string>>({})
	const [expiry, setExpiry] = useState(() => new Date(now() + YEAR).toISOString().slice(0, 10))
	const read = useLoaded(async () => (runbook ? ask<Runbook>(pathOf('runbooks', runbook)) : undefined), runbook)
	const parameters = read.value && parametersOf(read.value)
	const isReady = name.trim() !== '' && parameters !== undefined && isComplete(parameters, values) && readExpiry(expiry) !== undefined
	const create = async () => {
		const properties = {
			runbook: { name: runbook },
			isEnabled: true,
			expiryTime: readExpiry(expiry),
			parameters: givenValues(values),
			...(description === '' ? {} : { description }),
		}
		onIssued(await ask<Webhook>(pathOf('webhooks', name.trim()), { method: 'PUT', body: { properties } }))
	}
	return (
		<Dialog title="Add webhook" action="Create" isReady={isReady} onAct={create} onClose={onClose}>
			<Field label="Name" isMandatory>
				{(attributes) => <input {...attributes} value={name} maxLength={128} onInput={(event) => setName(event.currentTarget.value)} />}
			</Field>
			<RunbookChoice value={runbook} onChange={setRunbook} />
			{parameters && <SchemaForm parameters={parameters} values={values} onChange={setValues} />}
			<ExpiryField value={expiry} onChange={setExpiry} />
			<Field label="Description">
				{(attributes) => (
					<input {...attributes} value={description} maxLength={512} onInput={(event) => setDescription(event.currentTarget.value)} />
				)}
			</Field>
			<p class="weak">Runbook, parameters and expiry are fixed once the URL is issued.</p>
		</Dialog>
	)
}
