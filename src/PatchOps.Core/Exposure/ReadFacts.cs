using PatchOps.Domain;

namespace PatchOps.Core.Exposure;

/// <summary>Facts that a caller has read already, so that a large store is not read twice.</summary>
/// <param name="Problems">All problem records.</param>
/// <param name="Deployments">All deployments up to the day.</param>
/// <param name="Assets">Ids of all assets, retired ones included.</param>
internal sealed record ReadFacts(IEnumerable<Problem> Problems, IEnumerable<Deployment> Deployments, IEnumerable<string> Assets);
