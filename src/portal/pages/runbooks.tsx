export function RunbooksPage() {
	return <h1 tabIndex={-1}>RunbooksPage</h1>
}
