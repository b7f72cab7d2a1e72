export function SchedulesPage() {
	return <h1 tabIndex={-1}>SchedulesPage</h1>
}
