import { useState } from 'preact/hooks'
import type { Webhook } from '../answers.ts'
import { ask, pathOf } from '../api.ts'
import { go, href } from '../route.ts'
import { may, now } from '../session.ts'
import { Field } from './basics.tsx'
import { Dialog } from './dialog.tsx'
import { ExpiryField, readExpiry } from './expiry-field.tsx'
import { IssuedUrl } from './issued-url.tsx'
import { tell, tellOf } from './notice.tsx'
import { TestWebhookDialog } from './test-webhook.tsx'

type Given = { webhook: Webhook; onChange: () => void }
type Asked = 'disable' | 'replace' | 'delete' | 'test'

/** What can be done with a webhook; what ends calls says so before. */
export function WebhookCommands({ webhook, onChange }: Given) {
	const [asked, setAsked] = useState<Asked>()
	const { isEnabled } = webhook.properties
	const close = () => setAsked(undefined)
	const closeChanged = () => {
		close()
		onChange()
	}
	const enable = async () => {
		await tellOf('The webhook is enabled.', () => switchTo(webhook, true))
		onChange()
	}
	return (
		<>
			{may('webhooks/test/action') && (
				<button type="button" onClick={() => setAsked('test')}>
					Test
				</button>
			)}
			{may('webhooks/write') && (
				<button type="button" onClick={() => (isEnabled ? setAsked('disable') : void enable())}>
					{isEnabled ? 'Disable' : 'Enable'}
				</button>
			)}
			{may('webhooks/replace/action') && (
				<button type="button" onClick={() => setAsked('replace')}>
					Replace URL
				</button>
			)}
			{may('webhooks/delete') && (
				<button type="button" onClick={() => setAsked('delete')}>
					Delete
				</button>
			)}
			{asked === 'test' && <TestWebhookDialog webhook={webhook} onClose={close} />}
			{asked === 'disable' && <DisableDialog webhook={webhook} onChange={closeChanged} onClose={close} />}
			{asked === 'replace' && <ReplaceDialog webhook={webhook} onClose={closeChanged} />}
			{asked === 'delete' && <DeleteDialog webhook={webhook} onClose={close} />}
		</>
	)
}

function switchTo({ name }: Webhook, isEnabled: boolean): Promise<unknown> {
	return ask(pathOf('webhooks', name), { method: 'PATCH', body: { properties: { isEnabled } } })
}

function DisableDialog({ webhook, onChange, onClose }: Given & { onClose: () => void }) {
	const disable = async () => {
		await switchTo(webhook, false)
		tell('The webhook is disabled.')
		onChange()
	}
	return (
		<Dialog title={`Disable ${webhook.name}?`} action="Disable" isDangerous onAct={disable} onClose={onClose}>
			<p>From now on its URL answers 400, and calls start nothing. Jobs that it has started go on. It can be enabled again.</p>
		</Dialog>
	)
}

function DeleteDialog({ webhook: { name, properties }, onClose }: { webhook: Webhook; onClose: () => void }) {
	const remove = async () => {
		await ask(pathOf('webhooks', name), { method: 'DELETE' })
		tell(`Webhook ${name} is deleted.`)
		go(href('webhooks'))
	}
	return (
		<Dialog title={`Delete ${name}?`} action="Delete" isDangerous onAct={remove} onClose={onClose}>
			<p>
				Its URL answers 404 for ever and cannot be brought back: whoever calls it has to be given another one. Jobs that it has started go
				on and stay.
			</p>
			{properties.origin === 'file' && <p class="message warning">It is declared in webhooks.json: take its entry out there.</p>}
		</Dialog>
	)
}

const overlaps: [string, number][] = [
	['An hour', 3_600],
	['A day', 86_400],
	['A week', 7 * 86_400],
	['Not at all', 0],
]

function ReplaceDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
	const [issued, setIssued] = useState<Webhook>()
	const [expiry, setExpiry] = useState(() => new Date(now() + 365 * 86_400_000).toISOString().slice(0, 10))
	const [overlapSeconds, setOverlap] = useState(86_400)
	if (issued) return <IssuedUrl webhook={issued} title="The URL is replaced" onClose={onClose} />
	const replace = async () => {
		const body = { properties: { expiryTime: readExpiry(expiry), overlapSeconds } }
		setIssued(await ask<Webhook>(pathOf('webhooks', webhook.name, '/replace'), { method: 'POST', body }))
	}
	return (
		<Dialog
			title={`Replace the URL of ${webhook.name}`}
			action="Replace"
			isReady={readExpiry(expiry) !== undefined}
			onAct={replace}
			onClose={onClose}
		>
			<p>A new URL is issued for the same runbook and parameters.</p>
			{webhook.properties.origin === 'file' && (
				<p class="message warning">
					It is declared in webhooks.json: disable it here, and put an entry of another name in its place there.
				</p>
			)}
			<ExpiryField value={expiry} onChange={setExpiry} hint="When the new URL stops working: at the end of this day, UTC." />
			<Field
				label="The old URL works on for"
				hint="Change the senders within this time; then it answers 404. Choose not at all if somebody has it who should not."
			>
				{(attributes) => (
					<select {...attributes} value={String(overlapSeconds)} onChange={(event) => setOverlap(Number(event.currentTarget.value))}>
						{overlaps.map(([name, seconds]) => (
							<option key={name} value={String(seconds)}>
								{name}
							</option>
						))}
					</select>
				)}
			</Field>
		</Dialog>
	)
}
