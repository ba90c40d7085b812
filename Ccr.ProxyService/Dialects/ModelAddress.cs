namespace Ccr.ProxyService.Dialects;

/// <summary>Addresses that name the model and the verb: …/models/MODEL:verb.</summary>
internal static class ModelAddress
{
    /// <summary>The address of a call; the query of the folder stays, ours is added.</summary>
    public static Uri Of(Uri folder, string model, string verb, string? query)
    {
        var address = new UriBuilder(folder);
        address.Path = $"{address.Path.TrimEnd('/')}/{Uri.EscapeDataString(model)}:{verb}";
        if (query is not null)
        {
            address.Query = address.Query.Length > 1 ? $"{address.Query[1..]}&{query}" : query;
        }

        return address.Uri;
    }
}
