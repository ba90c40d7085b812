using System.Globalization;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Grpc.Server;

/// <summary>Writes how a call ended, into trailers or, where nothing was sent, into the headers.</summary>
internal static class StatusWriter
{
    public static void Write(IHeaderDictionary fields, Status status, Metadata? trailers)
    {
        foreach (var entry in trailers ?? Metadata.Empty)
        {
            if (!GrpcHeader.IsReserved(entry.Key))
            {
                fields[entry.Key] = StringValues.Concat(fields[entry.Key], MetadataCodec.Encode(entry));
            }
        }

        fields[GrpcHeader.Status] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(status.Detail))
        {
            fields[GrpcHeader.Message] = StatusMessage.Encode(status.Detail);
        }
    }
}
