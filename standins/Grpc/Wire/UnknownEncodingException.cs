using Grpc.Core;

namespace Grpc.Wire;

#pragma warning disable CA1032, CA1064 // Thrown in one place, caught in one.

/// <summary>A message in a compression that this side does not have; a server then says which it has.</summary>
internal sealed class UnknownEncodingException(string encoding, string supported)
    : RpcException(new Status(StatusCode.Unimplemented, $"Unsupported grpc-encoding value '{encoding}'. Supported encodings: {supported}"))
{
}
