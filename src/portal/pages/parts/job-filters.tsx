import { useEffect, useState } from 'preact/hooks'
import type { RunbookItem, Webhook } from '../answers.ts'
import { askAll } from '../api.ts'
import { go, href, route, setMembers } from '../route.ts'
import { may } from '../session.ts'
import { Field } from './basics.tsx'
import { useLoaded } from './loaded.ts'

/** How far back each choice of time looks, milliseconds. */
export const spans = new Map([
	['Last hour', 3_600_000],
	['Last 24 hours', 86_400_000],
	['Last 7 days', 7 * 86_400_000],
	['Last 30 days', 30 * 86_400_000],
])

const statuses = ['New', 'Activating', 'Running', 'Completed', 'Failed', 'Stopping', 'Stopped', 'Suspended']
const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** What the list of jobs is narrowed by; it stands in the address, so that it can be sent to others. */
export function JobFilters() {
	const runbooks = useLoaded(async () => (may('runbooks/read') ? (await askAll<RunbookItem>('/runbooks')).map(({ name }) => name) : []), '')
	const webhooks = useLoaded(async () => (may('webhooks/read') ? (await askAll<Webhook>('/webhooks')).map(({ name }) => name) : []), '')
	return (
		<search class="filters">
			<Choice member="status" label="Status" options={statuses} />
			{may('runbooks/read') && <Choice member="runbook" label="Runbook" options={runbooks.value ?? []} />}
			{may('webhooks/read') && <Choice member="webhook" label="Webhook" options={webhooks.value ?? []} />}
			<Choice member="time" label="Started" options={[...spans.keys()]} all="At any time" />
			<TextFilter />
		</search>
	)
}

function Choice({ member, label, options, all = 'All' }: { member: string; label: string; options: string[]; all?: string }) {
	const value = route.value.members.get(member) ?? ''
	// One that is gone, or came with the address.
	const shown = value === '' || options.includes(value) ? options : [value, ...options]
	return (
		<Field label={label}>
			{(attributes) => (
				<select {...attributes} value={value} onChange={(event) => setMembers({ [member]: event.currentTarget.value })}>
					<option value="">{all}</option>
					{shown.map((option) => (
						<option key={option} value={option}>
							{option}
						</option>
					))}
				</select>
			)}
		</Field>
	)
}

/** How long somebody has to pause for what they type to be looked for, milliseconds. */
const TYPING_TIME = 300

function TextFilter() {
	const given = route.value.members.get('text') ?? ''
	const [text, setText] = useState(given)
	// Whoever goes back or follows a link brings another text.
	useEffect(() => setText(given), [given])
	useEffect(() => {
		if (text === given) return
		const timer = setTimeout(() => setMembers({ text }), TYPING_TIME)
		return () => clearTimeout(timer)
	}, [text])
	const submit = (event: SubmitEvent) => {
		event.preventDefault()
		if (guidPattern.test(text.trim())) go(href('jobs', text.trim()))
		else setMembers({ text })
	}
	return (
		<form onSubmit={submit}>
			<Field label="Search">
				{(attributes) => (
					<input
						{...attributes}
						type="search"
						placeholder="Name, parameter, exception, job ID"
						maxLength={200}
						value={text}
						onInput={(event) => setText(event.currentTarget.value)}
					/>
				)}
			</Field>
		</form>
	)
}
