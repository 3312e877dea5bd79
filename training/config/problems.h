// What is wrong with settings, all of it in one go.
#pragma once
#include <string>
#include <vector>

#include "tensor/error.h"

namespace dg {

/// Settings that are wrong, or that do not fit each other: what() has a line for each.
class WrongSettings : public Error {
 public:
  explicit WrongSettings(std::vector<std::string> problems);
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  std::vector<std::string> problems_;
};

/// Gathers the errors of several checks, so that one does not hide the next.
class Problems {
 public:
  /// Runs `check` and keeps the Error that it throws; a file that cannot be read (IoError) ends everything.
  template <class Check>
  void gather(const Check& check) {
    try {
      check();
    } catch (const IoError&) {
      throw;
    } catch (const WrongSettings& e) {
      found_.insert(found_.end(), e.problems().begin(), e.problems().end());
    } catch (const Error& e) {
      found_.emplace_back(e.what());
    }
  }
  /// Throws WrongSettings where anything was gathered.
  void raise() const;

 private:
  std::vector<std::string> found_;
};

}  // namespace dg
