import { useState } from 'preact/hooks'
import type { JobSchedule, Schedule } from './answers.ts'
import { ask, askAll, pathOf } from './api.ts'
import { Await, PageHead, Status, Time } from './parts/basics.tsx'
import { CalendarStrip, type Run } from './parts/calendar-strip.tsx'
import { Card } from './parts/card.tsx'
import { CreateScheduleDialog } from './parts/create-schedule.tsx'
import { DeleteButton } from './parts/delete-button.tsx'
import { useLoaded } from './parts/loaded.ts'
import { tellOf } from './parts/notice.tsx'
import { recurrenceWords } from './parts/recurrence-words.ts'
import { Table } from './parts/table.tsx'
import { href } from './route.ts'
import { may } from './session.ts'

/** The runs of so many schedules are shown ahead: each is a request of its own. */
const ASKED_MAX = 50
/** Runs of each that are asked for. */
const RUNS_MAX = 60

type All = { schedules: Schedule[]; links: JobSchedule[]; runs: Run[]; horizons: Run[] }

async function load(): Promise<All> {
	const schedules = await askAll<Schedule>('/schedules')
	const links = may('jobSchedules/read') ? await askAll<JobSchedule>('/jobSchedules') : []
	const asked = schedules.slice(0, ASKED_MAX).map(async ({ name }) => {
		const { value } = await ask<{ value: { startTime: string }[] }>(pathOf('schedules', name, `/nextRuns?$top=${RUNS_MAX}`))
		return value.map(({ startTime }) => ({ name, at: Date.parse(startTime) }))
	})
	const told = await Promise.all(asked)
	const horizons = told.filter(({ length }) => length === RUNS_MAX).map((runs) => runs.at(-1)!)
	return { schedules, links, runs: told.flat(), horizons }
}

/** When what runs by itself: in words, and on the days to come. */
export function SchedulesPage() {
	const loaded = useLoaded(load, '', 15_000)
	const [isOpen, setOpen] = useState(false)
	return (
		<>
			<PageHead title="Schedules">
				{may('schedules/write') && (
					<button type="button" class="primary" onClick={() => setOpen(true)}>
						Add schedule
					</button>
				)}
			</PageHead>
			{isOpen && (
				<CreateScheduleDialog
					onClose={() => {
						setOpen(false)
						loaded.reload()
					}}
				/>
			)}
			<Await of={loaded}>
				{({ schedules, links, runs, horizons }) => (
					<>
						<Card title="The next seven days">
							<CalendarStrip runs={runs} horizons={horizons} />
						</Card>
						<Card title="All schedules">
							<ScheduleTable schedules={schedules} links={links} onChange={loaded.reload} />
						</Card>
					</>
				)}
			</Await>
		</>
	)
}

type Shown = { schedules: Schedule[]; links: JobSchedule[]; onChange: () => void }

function ScheduleTable({ schedules, links, onChange }: Shown) {
	return (
		<Table
			label="Schedules"
			columns={[
				{ title: 'Name', cell: ({ name }) => <strong>{name}</strong> },
				{ title: 'Status', cell: ({ properties: { isEnabled } }) => <Status of={isEnabled ? 'Enabled' : 'Disabled'} /> },
				{ title: 'Runs', cell: ({ properties }) => recurrenceWords(properties) },
				{ title: 'Next run', cell: ({ properties: { nextRun } }) => <Time of={nextRun} none="None" /> },
				{ title: 'Starts', cell: ({ name }) => <Started links={links.filter(({ properties }) => properties.schedule.name === name)} /> },
				{ title: 'Actions', cell: (schedule) => <ScheduleActions schedule={schedule} onChange={onChange} /> },
			]}
			rows={schedules}
			keyOf={({ name }) => name}
			empty="There are no schedules."
		/>
	)
}

function Started({ links }: { links: JobSchedule[] }) {
	if (links.length === 0) return <span class="weak">Nothing is linked</span>
	return (
		<>
			{links.map(({ properties: { jobScheduleId, runbook, lastFailure } }) => (
				<div key={jobScheduleId}>
					<a href={href('runbooks', runbook.name)}>{runbook.name}</a>
					{lastFailure && <p class="about fault">Last failure: {lastFailure.message}</p>}
				</div>
			))}
		</>
	)
}

function ScheduleActions({ schedule: { name, properties }, onChange }: { schedule: Schedule; onChange: () => void }) {
	const { isEnabled, origin } = properties
	const toggle = async () => {
		const body = { properties: { isEnabled: !isEnabled } }
		await tellOf(isEnabled ? 'It starts nothing any more.' : 'It is enabled.', () =>
			ask(pathOf('schedules', name), { method: 'PATCH', body }),
		)
		onChange()
	}
	return (
		<div class="actions">
			{may('schedules/write') && (
				<button type="button" class="link" onClick={toggle} aria-label={`${isEnabled ? 'Disable' : 'Enable'} ${name}`}>
					{isEnabled ? 'Disable' : 'Enable'}
				</button>
			)}
			{may('schedules/delete') && origin === 'api' && (
				<DeleteButton
					path={pathOf('schedules', name)}
					name={name}
					what="Its runbooks are no longer started by it. Jobs that run go on."
					onGone={onChange}
				/>
			)}
		</div>
	)
}
