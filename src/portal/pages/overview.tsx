import type { AccessToken, Counters, JobItem, JobStatistics, Page, Webhook } from './answers.ts'
import { ask, askAll, query, term } from './api.ts'
import { Await, PageHead, Time } from './parts/basics.tsx'
import { Card } from './parts/card.tsx'
import { DurationChart, EndChart, StatisticsTable } from './parts/charts.tsx'
import { HealthCard } from './parts/health-card.tsx'
import { JobTable } from './parts/job-table.tsx'
import { useLoaded, useTicking } from './parts/loaded.ts'
import { StartRunbookButton } from './parts/start-runbook.tsx'
import { Table } from './parts/table.tsx'
import { WaitingJobs } from './parts/waiting-jobs.tsx'
import { href, route, setMembers } from './route.ts'
import { may, now } from './session.ts'
import { countText } from './words.ts'

/** How often it is looked at anew, milliseconds. */
const REFRESH_INTERVAL = 5_000
const CHART_INTERVAL = 30_000
const DAY = 86_400_000
/** What expires within this time is shown, milliseconds. */
const SOON = 30 * DAY

/** What an operator has to know in the morning. */
export function OverviewPage() {
	useTicking(1_000)
	return (
		<>
			<PageHead title="Overview">
				<StartRunbookButton />
			</PageHead>
			{may('statistics/read') && <Tiles />}
			{may('statistics/read') && <Charts />}
			<div class="columns">
				<JobsCard title="Running now" status="Running" empty="Nothing runs." />
				<WaitingJobs />
				<FailedJobs />
				{may('webhooks/read') && <Expiring />}
			</div>
			{may('statistics/read') && <HealthCard />}
		</>
	)
}

function Tiles() {
	const counted = useLoaded(() => ask<Counters>('/statistics'), '', REFRESH_INTERVAL)
	return (
		<Await of={counted}>
			{({ value }) => {
				const count = (...names: string[]) =>
					value.filter(({ counterProperty }) => names.includes(counterProperty)).reduce((sum, { counterValue }) => sum + counterValue, 0)
				return (
					<ul class="tiles" aria-label="Jobs in numbers">
						<Tile name="Running" status="Running" count={count('Running', 'Activating', 'Stopping')} />
						<Tile name="Waiting" status="New" count={count('New')} />
						{count('Suspended') > 0 && <Tile name="Suspended" status="Suspended" count={count('Suspended')} />}
						<Tile name="Failed in 24 hours" status="Failed" count={count('Failed')} />
						<Tile name="Completed in 24 hours" status="Completed" count={count('Completed')} />
						<Tile name="Stopped in 24 hours" status="Stopped" count={count('Stopped')} />
					</ul>
				)
			}}
		</Await>
	)
}

function Tile({ name, status, count }: { name: string; status: string; count: number }) {
	return (
		<li class={`tile ${status.toLowerCase()} ${count === 0 ? 'none' : ''}`}>
			<a href={href('jobs', undefined, { status })}>
				<strong>{countText(count)}</strong>
				<span>{name}</span>
			</a>
		</li>
	)
}

const firstSpan = { interval: 'Hour', count: 24 }
const spans = new Map([
	['Last 24 hours', firstSpan],
	['Last 7 days', { interval: 'Day', count: 7 }],
	['Last 30 days', { interval: 'Day', count: 30 }],
])

function Charts() {
	const chosen = route.value.members.get('span') ?? 'Last 24 hours'
	const isTable = route.value.members.get('as') === 'table'
	const span = spans.get(chosen) ?? firstSpan
	const counted = useLoaded(() => ask<{ value: JobStatistics[] }>(`/statistics/jobs${query(span)}`), chosen, CHART_INTERVAL)
	return (
		<section class="card" aria-label="Jobs over time">
			<div class="card-head">
				<h2>Jobs over time</h2>
				<span class="grow" />
				<button type="button" class="link" onClick={() => setMembers({ as: isTable ? '' : 'table' })}>
					{isTable ? 'Show as charts' : 'Show as a table'}
				</button>
				<select aria-label="Time span" value={chosen} onChange={(event) => setMembers({ span: event.currentTarget.value })}>
					{[...spans.keys()].map((name) => (
						<option key={name}>{name}</option>
					))}
				</select>
			</div>
			<Await of={counted}>
				{({ value }) =>
					isTable ? (
						<StatisticsTable of={value} isByDay={span.interval === 'Day'} />
					) : (
						<div class="charts">
							<EndChart of={value} isByDay={span.interval === 'Day'} />
							<DurationChart of={value} isByDay={span.interval === 'Day'} />
						</div>
					)
				}
			</Await>
		</section>
	)
}

function JobsCard({ title, status, empty }: { title: string; status: string; empty: string }) {
	const asked = `/jobs${query({ $top: 6, $filter: term('status', 'eq', status) })}`
	const listed = useLoaded(() => ask<Page<JobItem>>(asked), status, REFRESH_INTERVAL)
	return (
		<Card title={title} more={href('jobs', undefined, { status })}>
			<Await of={listed}>{({ value }) => <JobTable jobs={value} without={['Job ID', 'Webhook', 'Status']} empty={empty} />}</Await>
		</Card>
	)
}

function FailedJobs() {
	const since = () => term('endTime', 'ge', new Date(now() - DAY).toISOString())
	const load = () => ask<Page<JobItem>>(`/jobs${query({ $top: 6, $filter: `${term('status', 'eq', 'Failed')} and ${since()}` })}`)
	const listed = useLoaded(load, '', REFRESH_INTERVAL)
	return (
		<Card title="Failed since yesterday" more={href('jobs', undefined, { status: 'Failed' })}>
			<Await of={listed}>
				{({ value }) => <JobTable jobs={value} without={['Job ID', 'Webhook', 'Status']} empty="Nothing failed in the last 24 hours." />}
			</Await>
		</Card>
	)
}

type Expiry = { kind: string; name: string; address: string; time: string }

/** Webhooks and access tokens that end within a month, or have since yesterday. */
async function expiries(): Promise<Expiry[]> {
	const webhooks = await askAll<Webhook>('/webhooks')
	const tokens = may('accessTokens/read') ? await askAll<AccessToken>('/accessTokens') : []
	const all = [
		...webhooks.map(({ name, properties: { expiryTime } }) => ({
			kind: 'Webhook',
			name,
			address: href('webhooks', name),
			time: expiryTime,
		})),
		...tokens.map(({ name, properties: { expiryTime } }) => ({ kind: 'Access token', name, address: href('access'), time: expiryTime })),
	]
	const isSoon = ({ time }: Expiry) => Date.parse(time) < now() + SOON && Date.parse(time) > now() - DAY
	return all.filter(isSoon).sort((one, other) => Date.parse(one.time) - Date.parse(other.time))
}

function Expiring() {
	const listed = useLoaded(expiries, '', CHART_INTERVAL)
	return (
		<Card title="Expires soon" more={href('webhooks')}>
			<Await of={listed}>
				{(all) => (
					<Table
						label="Expires soon"
						columns={[
							{ title: 'Name', cell: ({ name, address }) => <a href={address}>{name}</a> },
							{ title: 'Kind', cell: ({ kind }) => kind },
							{ title: 'Expires', cell: ({ time }) => <Time of={time} /> },
						]}
						rows={all.slice(0, 6)}
						keyOf={({ kind, name }) => `${kind} ${name}`}
						empty="Nothing expires within 30 days."
					/>
				)}
			</Await>
		</Card>
	)
}
