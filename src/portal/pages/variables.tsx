export function VariablesPage() {
	return <h1 tabIndex={-1}>VariablesPage</h1>
}
