import { useState } from 'preact/hooks'
import type { TrialResult, Webhook } from '../answers.ts'
import { ask, pathOf } from '../api.ts'
import { href } from '../route.ts'
import { Field, Status } from './basics.tsx'
import { Dialog } from './dialog.tsx'

type Result = TrialResult['properties']

/** Calls the webhook as a sender would, signed with its own secret. */
export function TestWebhookDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
	const [body, setBody] = useState('')
	const [isDryRun, setDryRun] = useState(false)
	const [result, setResult] = useState<Result>()
	const call = async () => {
		setResult(undefined)
		const properties = { dryRun: isDryRun, ...(body === '' ? {} : { body }) }
		setResult((await ask<TrialResult>(pathOf('webhooks', webhook.name, '/test'), { method: 'POST', body: { properties } })).properties)
	}
	return (
		<Dialog title={`Test ${webhook.name}`} action="Send" onAct={call} onClose={onClose}>
			<p>The call is made as a sender would make it: signed, where the webhook asks for a signature, with its own secret.</p>
			<Field label="Body" hint="Empty: a sample of the sender's.">
				{(attributes) => (
					<textarea {...attributes} rows={5} spellcheck={false} value={body} onInput={(event) => setBody(event.currentTarget.value)} />
				)}
			</Field>
			<label class="inline">
				<input type="checkbox" checked={isDryRun} onChange={(event) => setDryRun(event.currentTarget.checked)} />
				Try only: start no job
			</label>
			{result && <TestResult result={result} isDryRun={isDryRun} />}
		</Dialog>
	)
}

function TestResult({ result: { status, code, message, reason, jobId, unchecked }, isDryRun }: { result: Result; isDryRun: boolean }) {
	return (
		<div class={`message ${status < 400 ? '' : 'fault'}`} role="status">
			<Status of={status < 400 ? 'Accepted' : 'Refused'} /> {status} {code} {message ?? reason}
			{jobId !== null && (
				<p>
					It started <a href={href('jobs', jobId)}>this job</a>.
				</p>
			)}
			{status < 400 && jobId === null && isDryRun && <p>A job would have been started.</p>}
			{unchecked.length > 0 && <p>A test cannot try: {unchecked.join(', ')}.</p>}
		</div>
	)
}
