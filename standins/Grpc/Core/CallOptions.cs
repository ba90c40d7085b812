// Stands for Grpc.Core.CallOptions of the package Grpc.Core.Api.
// Leaves out: propagation tokens, per-call credentials and wait-for-ready.

namespace Grpc.Core;

#pragma warning disable CA1068 // The real order of the parameters: generated code relies on it.

/// <summary>What a caller says about one call.</summary>
public readonly struct CallOptions
{
    /// <summary>Makes options.</summary>
    /// <param name="headers">Sent with the request.</param>
    /// <param name="deadline">When the call ends at the latest, UTC; null or <see cref="DateTime.MaxValue"/> for never.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <param name="writeOptions">How requests are written.</param>
    public CallOptions(Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default, WriteOptions? writeOptions = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
    }

    /// <summary>Sent with the request.</summary>
    public Metadata? Headers { get; private init; }

    /// <summary>When the call ends at the latest, UTC.</summary>
    public DateTime? Deadline { get; private init; }

    /// <summary>Gives the call up.</summary>
    public CancellationToken CancellationToken { get; private init; }

    /// <summary>How requests are written.</summary>
    public WriteOptions? WriteOptions { get; private init; }

    /// <summary>The same with other headers.</summary>
    public CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>The same with another deadline.</summary>
    public CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>The same with another token.</summary>
    public CallOptions WithCancellationToken(CancellationToken cancellationToken) => this with { CancellationToken = cancellationToken };

    /// <summary>The same with other write options.</summary>
    public CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };
}
