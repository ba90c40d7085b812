namespace Ccr.Bench.Load;

/// <summary>One load: so many requests over so many connections.</summary>
/// <param name="Url">Origin, <c>http://host:port</c>.</param>
/// <param name="Path">Path of the requests.</param>
/// <param name="Body">The body of each request.</param>
/// <param name="Connections">Requests in flight.</param>
/// <param name="Requests">Requests in all.</param>
/// <param name="Warmup">Requests before, which are not measured.</param>
/// <param name="Key">Sent as <c>x-api-key</c> and as a bearer token.</param>
/// <param name="Idle">How long a response may be silent before it counts as failed.</param>
internal sealed record LoadOptions(Uri Url, string Path, ReadOnlyMemory<byte> Body, int Connections, int Requests, int Warmup, string Key, TimeSpan Idle);
