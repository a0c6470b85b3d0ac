-- The coordinator's own database and account. It runs its migrations itself, hence the rights on the schema.
CREATE DATABASE IF NOT EXISTS assent CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'assent'@'%' IDENTIFIED BY 'secret';
GRANT ALL PRIVILEGES ON assent.* TO 'assent'@'%';
