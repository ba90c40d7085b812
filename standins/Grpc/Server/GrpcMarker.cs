namespace Grpc.Server;

/// <summary>Shows that AddGrpc was called, and remembers that the answer for unknown services is mapped.</summary>
internal sealed class GrpcMarker
{
    public bool UnknownServicesMapped { get; set; }
}
