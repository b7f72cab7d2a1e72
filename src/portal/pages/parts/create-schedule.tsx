import { useState } from 'preact/hooks'
import { ask, pathOf } from '../api.ts'
import { may, now } from '../session.ts'
import { Field } from './basics.tsx'
import { Dialog } from './dialog.tsx'
import { newUuid, RunbookChoice } from './start-runbook.tsx'

const frequencies = ['OneTime', 'Hour', 'Day', 'Week', 'Month', 'Cron'] as const
type Frequency = (typeof frequencies)[number]
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** A schedule, and the runbook that it starts. */
export function CreateScheduleDialog({ onClose }: { onClose: () => void }) {
	const [name, setName] = useState('')
	const [runbook, setRunbook] = useState('')
	const [frequency, setFrequency] = useState<Frequency>('Day')
	const [interval, setInterval] = useState('1')
	const [cron, setCron] = useState('0 7 * * 1-5')
	const [start, setStart] = useState(() => new Date(Math.ceil((now() + 600_000) / 3_600_000) * 3_600_000).toISOString().slice(0, 16))
	const mayLink = may('jobSchedules/write')
	const create = async () => {
		const recurrence = frequency === 'Cron' ? { cron } : { frequency, ...(frequency === 'OneTime' ? {} : { interval: Number(interval) }) }
		const properties = { ...recurrence, startTime: `${start}:00Z`, timeZone: frequency === 'Cron' ? ownZone : 'UTC' }
		await ask(pathOf('schedules', name.trim()), { method: 'PUT', body: { properties } })
		if (runbook !== '') {
			const body = { properties: { schedule: { name: name.trim() }, runbook: { name: runbook } } }
			await ask(pathOf('jobSchedules', newUuid()), { method: 'PUT', body })
		}
		onClose()
	}
	return (
		<Dialog title="Add schedule" action="Create" isReady={name.trim() !== ''} onAct={create} onClose={onClose}>
			<Field label="Name" isMandatory>
				{(attributes) => <input {...attributes} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
			</Field>
			<Field label="Frequency">
				{(attributes) => (
					<select {...attributes} value={frequency} onChange={(event) => setFrequency(event.currentTarget.value as Frequency)}>
						{frequencies.map((each) => (
							<option key={each}>{each}</option>
						))}
					</select>
				)}
			</Field>
			{frequency === 'Cron' && (
				<Field label="Cron expression" hint={`By the clocks of ${ownZone}.`}>
					{(attributes) => <input {...attributes} value={cron} onInput={(event) => setCron(event.currentTarget.value)} />}
				</Field>
			)}
			{frequency !== 'Cron' && frequency !== 'OneTime' && (
				<Field label="Every so many">
					{(attributes) => (
						<input {...attributes} type="number" min={1} value={interval} onInput={(event) => setInterval(event.currentTarget.value)} />
					)}
				</Field>
			)}
			<Field label="From" hint="UTC.">
				{(attributes) => (
					<input {...attributes} type="datetime-local" value={start} onInput={(event) => setStart(event.currentTarget.value)} />
				)}
			</Field>
			{mayLink && <RunbookChoice value={runbook} onChange={setRunbook} isOptional />}
		</Dialog>
	)
}
