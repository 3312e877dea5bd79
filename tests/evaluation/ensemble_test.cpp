// Ensembles against loops written from the formulas.
#include "evaluation/ensemble.h"

#include <gtest/gtest.h>

#include <cmath>

#include "error_text.h"
#include "evaluation/unit_rows.h"
#include "tensor/rng.h"

namespace dg {
namespace {

// A member with all it owns.
struct Owner {
  std::size_t dim = 0;
  std::vector<float> embeddings, weight, bias;
  double alpha = 0;

  Owner(std::size_t photos, std::size_t classes, std::size_t d, double a, Rng& rng)
      : dim(d),
        embeddings(unit_rows(photos, d, rng)),
        weight(unit_rows(classes, d, rng)),
        bias(classes),
        alpha(a) {
    for (float& b : bias) b = static_cast<float>(rng.normal());
  }
  ClassifierMember member() const { return {{embeddings, dim}, {{weight, dim}, bias, alpha}}; }
  double cosine(std::size_t photo, std::size_t c) const {
    double sum = 0;
    for (std::size_t d = 0; d < dim; ++d)
      sum += double{embeddings[photo * dim + d]} * double{weight[c * dim + d]};
    return sum;
  }
  std::vector<double> probabilities(std::size_t photo) const {
    std::vector<double> p;
    double total = 0;
    for (std::size_t c = 0; c < bias.size(); ++c) {
      p.push_back(std::exp(alpha * cosine(photo, c) + double{bias[c]}));
      total += p.back();
    }
    for (double& v : p) v /= total;
    return p;
  }
};

std::vector<Owner> three_owners(std::size_t photos, std::size_t classes) {
  Rng rng(5);
  std::vector<Owner> owners;
  owners.emplace_back(photos, classes, 3, 4.0, rng);
  owners.emplace_back(photos, classes, 8, 7.0, rng);
  owners.emplace_back(photos, classes, 5, 2.0, rng);
  return owners;
}

std::vector<ClassifierMember> members_of(const std::vector<Owner>& owners) {
  std::vector<ClassifierMember> members;
  for (const Owner& o : owners) members.push_back(o.member());
  return members;
}

TEST(JoinMembers, InnerProductsAreMeanCosines) {
  const std::vector<Owner> owners = three_owners(20, 7);
  std::vector<EmbeddingView> photos, prototypes;
  for (const Owner& o : owners) {
    photos.push_back({o.embeddings, o.dim});
    prototypes.push_back({o.weight, o.dim});
  }
  const Embeddings e = join_members(photos), p = join_members(prototypes);
  ASSERT_EQ(e.dim, 16u);
  const std::vector<Match> matches = nearest_prototypes(e, p);
  ASSERT_EQ(matches.size(), 20u);
  for (std::size_t i = 0; i < 20; ++i) {
    std::size_t best = 0;
    std::vector<double> mean(7);
    for (std::size_t c = 0; c < 7; ++c) {
      for (const Owner& o : owners) mean[c] += o.cosine(i, c) / 3;
      EXPECT_NEAR(dot(e.row(i), p.row(c)), mean[c], 1e-6);
      if (mean[c] > mean[best]) best = c;
    }
    EXPECT_EQ(matches[i].prototype, static_cast<int>(best));
    EXPECT_NEAR(matches[i].cosine, mean[best], 1e-6);
  }
}

TEST(JoinMembers, OneMemberIsItself) {
  const Owner o = three_owners(4, 2)[1];
  const EmbeddingView view{o.embeddings, o.dim};
  EXPECT_EQ(join_members({&view, 1}).values, o.embeddings);
}

TEST(JoinMembers, RefusesMembersThatDiffer) {
  const std::vector<float> a(6, 1), b(8, 1);
  const std::vector<EmbeddingView> members{{a, 2}, {b, 2}};
  EXPECT_NE(error_text([&] { join_members(members); }).find("got 3 and 4"), std::string::npos);
  EXPECT_NE(error_text([] { join_members({}); }).find("at least one member"), std::string::npos);
}

TEST(MostProbable, EqualsTheMeanOfSoftmaxesInEveryBlock) {
  const std::size_t photos = 300, classes = 9;
  const std::vector<Owner> owners = three_owners(photos, classes);
  const std::vector<Judgement> judged = most_probable(members_of(owners));
  ASSERT_EQ(judged.size(), photos);
  std::size_t split_votes = 0;
  for (std::size_t i = 0; i < photos; ++i) {
    std::vector<double> mean(classes);
    std::vector<std::ptrdiff_t> votes;
    for (const Owner& o : owners) {
      const std::vector<double> p = o.probabilities(i);
      votes.push_back(std::ranges::max_element(p) - p.begin());
      for (std::size_t c = 0; c < classes; ++c) mean[c] += p[c] / 3;
    }
    split_votes += votes[0] != votes[1] || votes[1] != votes[2];
    const auto best = std::ranges::max_element(mean);
    EXPECT_EQ(judged[i].class_id, best - mean.begin());
    EXPECT_NEAR(judged[i].doubt, 1 - *best, 1e-5);
  }
  EXPECT_GT(split_votes, 100u);  // so both ways to sum a doubt were needed
}

// A member of one photo whose probabilities are `p`: W and e are 1, the bias is log p.
ClassifierMember of_probabilities(const std::vector<float>& one, const std::vector<float>& bias) {
  return {{std::span(one).first(1), 1}, {{one, 1}, bias, 1}};
}

TEST(MostProbable, AveragesProbabilitiesNotLogits) {
  const std::vector<float> one(2, 1.0f);
  const std::vector<float> sure{std::log(0.999f), std::log(0.001f)}, other{std::log(0.2f), std::log(0.8f)};
  const ClassifierMember a = of_probabilities(one, sure), b = of_probabilities(one, other);
  const std::vector<ClassifierMember> members{a, b, b};
  const std::vector<Judgement> judged = most_probable(members);
  EXPECT_EQ(judged[0].class_id, 1);  // the mean of the logits would say 0
  EXPECT_NEAR(judged[0].doubt, 1 - (0.001 + 0.8 + 0.8) / 3, 1e-6);
}

TEST(MostProbable, EqualProbabilitiesGoToTheLowerClass) {
  const std::vector<float> one(3, 1.0f), bias{0, 2, 2};
  const ClassifierMember member = of_probabilities(one, bias);
  EXPECT_EQ(most_probable({&member, 1})[0].class_id, 1);
}

TEST(MostProbable, DoubtKeepsItsOrderWhereTheProbabilityIsOne) {
  // Two photos, certain beyond what 1 - p could tell apart: doubts exp(-50) and exp(-90).
  const std::vector<float> e{1.0f, 0.0f, 0.0f, 1.0f}, weight{1.0f, 1.0f, 0.5f, 0.1f}, bias(2, 0.0f);
  const ClassifierMember member{{e, 2}, {{weight, 2}, bias, 100}};
  const std::vector<Judgement> judged = most_probable({&member, 1});
  EXPECT_EQ(1 - judged[0].doubt, 1.0);
  EXPECT_NEAR(judged[0].doubt / std::exp(-50.0), 1, 1e-4);
  EXPECT_NEAR(judged[1].doubt / std::exp(-90.0), 1, 1e-4);
  const std::vector<ClassId> identities{0, 1};
  const std::vector<Recognition> photos = recognise_by_probability({&member, 1}, identities);
  EXPECT_LT(photos[0].confidence, photos[1].confidence);
  EXPECT_LT(photos[1].confidence, 0);
  EXPECT_TRUE(photos[0].correct());
  EXPECT_FALSE(photos[1].correct());
}

TEST(MostProbable, RefusesWhatDoesNotFit) {
  const std::vector<Owner> owners = three_owners(4, 3), others = three_owners(4, 5),
                           more = three_owners(5, 3);
  const auto text = [](std::vector<ClassifierMember> members) {
    return error_text([&] { most_probable(members); });
  };
  EXPECT_NE(text({}).find("at least one member"), std::string::npos);
  EXPECT_NE(text({owners[0].member(), others[1].member()}).find("4 x 3 and 4 x 5"), std::string::npos);
  EXPECT_NE(text({owners[0].member(), more[1].member()}).find("4 x 3 and 5 x 3"), std::string::npos);
  ClassifierMember wrong = owners[0].member();
  wrong.classifier.bias = wrong.classifier.bias.first(2);
  EXPECT_NE(text({wrong}).find("3 classes and 2 biases"), std::string::npos);
  wrong = owners[0].member();
  wrong.classifier.alpha = std::nan("");
  EXPECT_NE(text({wrong}).find("finite"), std::string::npos);
  const ClassifierMember fine = owners[0].member();
  const std::vector<ClassId> three{0, 1, 2};
  EXPECT_NE(error_text([&] {
              recognise_by_probability({&fine, 1}, three);
            }).find("got 3 for 4"),
            std::string::npos);
}

}  // namespace
}  // namespace dg
