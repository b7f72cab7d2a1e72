export function WebhooksPage() {
	return <h1 tabIndex={-1}>WebhooksPage</h1>
}
