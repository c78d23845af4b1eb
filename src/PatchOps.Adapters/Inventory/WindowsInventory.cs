using System.Text.Json;
using PatchOps.Core.Exposure.Supersedence;
using PatchOps.Core.Exposure.Windows;
using PatchOps.Domain;

namespace PatchOps.Adapters.Inventory;

/// <summary>A Windows host's answer: its release with build, its installed articles (KB), and products from the registry.</summary>
internal static class WindowsInventory
{
    public static InventoryResult Read(Asset asset, DateTimeOffset now, string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(SessionScript.Json(answer));
            return Read(asset, now, document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new InventoryResult
            {
                Asset = asset, Taken = now,
                Failure = new Failure("InventoryFailed", FailureKind.Failed, $"{asset.Name}: the session's answer is not understood: {e.Message}", asset.Name, "Run the same Get-PatchInventory again; report it where it stays."),
            };
        }
    }

    private static InventoryResult Read(Asset asset, DateTimeOffset now, JsonElement e)
    {
        var caption = Text(e, "caption") ?? "Windows";
        var build = Text(e, "build");
        var product = WindowsProducts.AdvisoryName(caption, Text(e, "release"), Text(e, "architecture"), Text(e, "installation") == "Server Core");
        var (machine, name) = (Text(e, "machine"), Text(e, "name"));
        var host = asset with
        {
            Id = machine ?? asset.Id, Name = asset.Name, OperatingSystem = build is null ? caption : $"{caption} {build}",
            Aliases = [.. asset.Aliases.Append(asset.Id).Append(name).OfType<string>().Where(a => a != asset.Name && a != machine).Distinct(StringComparer.Ordinal)],
        };
        var software = new List<Software>();
        if (product is not null && build is not null)
            software.Add(new Software { Asset = host.Id, Package = product, Version = build, Ecosystem = WindowsProducts.Ecosystem, Cpe = WindowsProducts.Cpe(product, build) });
        foreach (var article in Items(e, "hotfixes").Where(h => h.ValueKind == JsonValueKind.String).Select(h => h.GetString()!).Where(h => h.Length > 0).Select(KbArticle.Normalise).Distinct(StringComparer.Ordinal))
            software.Add(new Software { Asset = host.Id, Package = article, Version = article.TrimStart('K', 'B'), Ecosystem = WindowsProducts.Ecosystem });
        foreach (var item in Items(e, "products").Where(p => p.ValueKind == JsonValueKind.Object))
        {
            if (Text(item, "name") is not { } title || Text(item, "version") is not { } version) continue;
            if (software.Exists(s => s.Package == title && s.Version == version)) continue;
            software.Add(new Software { Asset = host.Id, Package = title, Version = version });
        }
        return new InventoryResult { Asset = host, Taken = now, Software = software };
    }

    private static IEnumerable<JsonElement> Items(JsonElement e, string name) =>
        e.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    private static string? Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
}
