import type { ComponentChildren } from 'preact'
import type { JobItem } from '../answers.ts'
import { href } from '../route.ts'
import { may, now } from '../session.ts'
import { durationText } from '../words.ts'
import { Status, Time } from './basics.tsx'
import { type Column, Table } from './table.tsx'

/** How long a job has run; of one that runs, up to now. */
export function runText({ startTime, endTime }: JobItem['properties']): string {
	if (startTime === null) return '-'
	return durationText((endTime === null ? now() : Date.parse(endTime)) - Date.parse(startTime))
}

/** The name of a webhook, and the way to it where the role has one. */
export function WebhookLink({ name, children = name }: { name: string; children?: ComponentChildren }) {
	return may('webhooks/read') ? <a href={href('webhooks', name)}>{children}</a> : children
}

const columns: Column<JobItem>[] = [
	{
		title: 'Runbook',
		cell: ({ properties: { jobId, runbook } }) => <a href={href('jobs', jobId)}>{runbook.name}</a>,
	},
	{ title: 'Status', cell: ({ properties: { status } }) => <Status of={status} /> },
	{
		title: 'Webhook',
		isNarrowHidden: true,
		cell: ({ properties: { webhook } }) => (webhook ? <WebhookLink name={webhook.name} /> : <span class="weak">-</span>),
	},
	{ title: 'Created', cell: ({ properties }) => <Time of={properties.creationTime} /> },
	{ title: 'Ran for', isNumber: true, cell: ({ properties }) => runText(properties) },
	{ title: 'Job ID', isNarrowHidden: true, cell: ({ properties: { jobId } }) => <code>{jobId}</code> },
]
/** In place of the runbook where all are of one. */
const linkedId: Column<JobItem> = {
	title: 'Job ID',
	cell: ({ properties: { jobId } }) => (
		<a href={href('jobs', jobId)}>
			<code>{jobId}</code>
		</a>
	),
}

/** Jobs as all lists show them. */
export function JobTable({ jobs, empty, without = [] }: { jobs: JobItem[]; empty: ComponentChildren; without?: string[] }) {
	const isOfOne = without.includes('Runbook')
	const isLeftOut = ({ title }: Column<JobItem>) => without.includes(title) || (isOfOne && title === 'Job ID')
	// With all the others a narrow screen has no room for how long it ran.
	const isCrowded = ({ title }: Column<JobItem>) => title === 'Ran for' && without.length === 0
	const shown = [...(isOfOne ? [linkedId] : []), ...columns.filter((each) => !isLeftOut(each))].map((each) =>
		isCrowded(each) ? { ...each, isNarrowHidden: true } : each,
	)
	return <Table label="Jobs" columns={shown} rows={jobs} keyOf={({ properties }) => properties.jobId} empty={empty} />
}
